//! The types of choices, one for each registry.

/// Defines a type for the choices of a [`Registry`](crate::Registry): it parses, and its text is that of the
/// choice. Its other methods, which build what was chosen, are up to the crate that defines it.
///
/// ```
/// use wengert_settings::{Entry, Registry, choice_type};
///
/// static SIZES: Registry = Registry {
///     kind: "size",
///     common: &[],
///     entries: &[Entry { name: "small", about: "one unit", settings: &[] }],
/// };
/// choice_type! {
///     /// A size by name.
///     pub Size from SIZES
/// }
/// let size: Size = "small".parse()?;
/// assert_eq!(size.to_string(), "small");
/// assert!("big".parse::<Size>().is_err());
/// # Ok::<(), wengert_settings::ChoiceError>(())
/// ```
#[macro_export]
macro_rules! choice_type {
    ($(#[$doc:meta])* $vis:vis $Type:ident from $REGISTRY:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $Type($crate::Choice);

        impl $Type {
            /// All that can be chosen, with names and settings.
            #[must_use]
            $vis fn registry() -> &'static $crate::Registry {
                &$REGISTRY
            }

            /// The name and the settings.
            #[must_use]
            $vis fn choice(&self) -> &$crate::Choice {
                &self.0
            }

            /// The choice with another value for a setting; `None` for a flag.
            ///
            /// # Errors
            /// If there is no such setting, or if the value is not valid.
            $vis fn with(self, setting: &str, value: Option<&str>) -> Result<Self, $crate::ChoiceError> {
                self.0.with(setting, value).map(Self)
            }
        }

        impl std::str::FromStr for $Type {
            type Err = $crate::ChoiceError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $REGISTRY.parse(text).map(Self)
            }
        }

        impl std::fmt::Display for $Type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
