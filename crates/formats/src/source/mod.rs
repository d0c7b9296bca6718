//! The forward pass as one source file in another language.
//!
//! | file | contents |
//! |---|---|
//! | `language` | the languages: names, literals, comments |
//! | `plan` | what a file contains |
//! | `activation`, `snippet`, `columns`, `constants` | its parts |
//! | `c`, `rust`, `python` | the files |

mod activation;
mod c;
mod columns;
mod constants;
mod language;
mod plan;
mod python;
mod rust;
mod snippet;

pub use language::Language;

use crate::error::FormatError;
use crate::network::Network;
use language::check_name;
use plan::Plan;
use wengert_train::SavedMlp;

/// One source file that computes the outputs of a model for a row of a table, with its preprocessing and the
/// scaling of its data; for classes also the class and, for logits, the probabilities.
///
/// It needs nothing but the standard library of C or Rust, or NumPy. The name is that of the network in
/// comments and, in C, the beginning of all names that other files see: a lower-case word of letters,
/// digits and underscores.
///
/// In C and Rust, the outputs have the bits of [`predict`](wengert_train::TrainedModel::predict) for one
/// row at a time, whose products are the portable ones of `wengert-kernels` on every processor, and the
/// probabilities those of [`class_probabilities`](wengert_nn::metrics::class_probabilities): the sums are
/// in the same order, and exponentials are computed by the same steps. Functions that the rules of Wengert
/// take from the system (`exp` in probabilities, `sin`, `cos`, `atan`) are those of the system that the
/// file is compiled on. Rows that Wengert predicts together, and Python, may differ by rounding errors.
///
/// A row has one number per column of the table: the number or the seconds since 1970 of a date, the index
/// of a category, as the function `category` returns it for a text, NaN for a missing value.
///
/// # Errors
/// If the activation is not one of the [activations by name](wengert_nn::ActivationChoice), a parameter is
/// not finite, the preprocessing cannot be read, or the name is not a word.
///
/// ```
/// use wengert_formats::{Language, source_code};
/// use wengert_nn::{Architecture, Mlp, Outputs};
/// use wengert_train::TrainedModel;
///
/// let model = Mlp::new([2, 3, 1]).into_model();
/// let params = model.layout().initialise(1);
/// let saved = TrainedModel::new(model, params, Outputs::Values).to_saved()?;
/// let text = source_code(&saved, Language::C, "sine")?;
/// assert!(text.contains("int sine_predict(const double inputs[INPUTS], double outputs[OUTPUTS])"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn source_code(model: &SavedMlp, language: Language, name: &str) -> Result<String, FormatError> {
    let inexpressible = |problem| FormatError::Inexpressible { format: language.title(), problem };
    check_name(name).map_err(inexpressible)?;
    let network = Network::of(model, language.title())?;
    let plan = Plan::of(&network).map_err(inexpressible)?;
    Ok(match language {
        Language::C => c::file(&plan, name),
        Language::Rust => rust::file(&plan, name),
        Language::Python => python::file(&plan, name),
    })
}
