//! The functions that source files consist of, each written where it is needed.

use super::language::Language;

/// Declares the snippets, in the order in which they may call each other.
macro_rules! snippets {
    ($($Snippet:ident $file:literal),+ $(,)?) => {
        /// A few functions that a source file may need.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Snippet { $($Snippet),+ }

        impl Snippet {
            /// Its text in C or Rust.
            pub(super) fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$Snippet, Language::C) => include_str!(concat!("c/", $file, ".txt")),)+
                    $((Self::$Snippet, Language::Rust) => include_str!(concat!("rust/", $file, ".txt")),)+
                    (_, Language::Python) => "",
                }
            }
        }
    };
}

snippets! {
    Reduction "reduction",
    Exponential "exponential",
    ExponentialSingle "exponential_single",
    ExponentialMinusOne "exponential_minus_one",
    Polynomial "polynomial",
    Logarithm "logarithm",
    Tanh "tanh",
    Sigmoid "sigmoid",
    Logistic "logistic",
    Upper "upper",
    Product "product",
    Gelu "gelu",
    GeluTanh "gelu_tanh",
    Sum "sum",
    AddProduct "add_product",
    AddLongProduct "add_long_product",
    AddDot "add_dot",
    LayerNorm "layer_norm",
    SumOfClasses "sum_of_classes",
}
