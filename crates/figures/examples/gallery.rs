//! Writes an example of each kind of chart: `cargo run -p wengert-figures --example gallery -- FOLDER`. With
//! `--features png`, also as PNG in both themes.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use wengert_figures::{Chart, GALLERY};

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(
            "name the folder for the pictures: cargo run -p wengert-figures --example gallery -- FOLDER"
                .into(),
        );
    };
    fs::create_dir_all(&folder)?;
    for kind in GALLERY {
        let figure = (kind.example)();
        figure.save(folder.join(format!("{}.svg", kind.name)))?;
        #[cfg(feature = "png")]
        for (theme, name) in
            [(wengert_figures::Theme::Light, "light"), (wengert_figures::Theme::Dark, "dark")]
        {
            fs::write(folder.join(format!("{}_{name}.png", kind.name)), figure.png(theme, 2.0))?;
        }
        println!("{}: {}", kind.name, kind.summary);
    }
    Ok(())
}
