//! The floating-point types of parameters, and functions that are compiled for both of them in this crate.

pub use wengert_kernels::Float;

/// A setting, which is `f64`, rounded to the precision of the parameters.
pub(crate) fn rounded<F: Float>(setting: f64) -> F {
    F::literal(setting)
}

/// The weights of an exponential moving average: `beta` for the old mean, `1 - beta` for the new number.
pub(crate) fn average_weights<F: Float>(beta: f64) -> (F, F) {
    (rounded(beta), rounded(1.0 - beta))
}

/// The version of a generic function for the machine float `F` that was compiled in this crate.
///
/// A direct call of the generic function would be compiled in the user's crate, without optimisation in a development
/// build.
///
/// ```text
/// compiled_here!(F: scale(gradient: &mut [F], factor: f64))(gradient, factor)
/// ```
macro_rules! compiled_here {
    ($float:ident: $($function:ident)::+($($argument:ident: $type:ty),*) $(-> $output:ty)?) => {{
        struct Signature;
        impl wengert_kernels::PerFloat for Signature {
            type Of<$float: wengert_kernels::Float> = fn($($type),*) $(-> $output)?;
        }
        <$float as wengert_kernels::Float>::choose::<Signature>(
            {
                type $float = f32;
                #[inline(never)]
                fn single($($argument: $type),*) $(-> $output)? { $($function)::+($($argument),*) }
                single
            },
            {
                type $float = f64;
                #[inline(never)]
                fn double($($argument: $type),*) $(-> $output)? { $($function)::+($($argument),*) }
                double
            },
        )
    }};
}
pub(crate) use compiled_here;
