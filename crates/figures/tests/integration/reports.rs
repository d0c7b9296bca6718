//! Reports.

use wengert_figures::{Chart, GALLERY, LearningCurves, Report};

fn report(text: &str) -> Report {
    let chart = LearningCurves::new(text).series(text, &[0.9, 0.5, 0.25]);
    Report::new(text)
        .section(text)
        .text(text)
        .code(text)
        .captioned_table(text, &[text, "loss"], &[[text, "0.25"], [text, "−0.5"]])
        .figure(&chart)
        .figure(&chart.title("second"))
}

#[test]
fn a_report_contains_all_its_parts_in_order() {
    let html = report("alpha").html();
    let parts =
        ["<title>alpha", "<h1>alpha", "<h2>alpha", "<p>alpha", "<pre>alpha", "<caption>alpha", "<svg"];
    let places: Vec<usize> =
        parts.iter().map(|part| html.find(part).unwrap_or_else(|| panic!("{part}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(html.contains("name=\"viewport\" content=\"width=device-width"));
    assert!(html.contains("prefers-color-scheme:dark"));
    // The column of numbers is aligned to the right, the column of names is not.
    assert!(html.contains("<td>alpha</td><td class=\"number\">0.25</td>"));
    // Both figures are in one group.
    assert_eq!((html.matches("class=\"figures\"").count(), html.matches("<figure>").count()), (1, 2));
}

#[test]
fn a_report_loads_and_runs_nothing() {
    let mut report = report("</title></pre><script>alert(1)</script><img src=x onerror=alert(1)>");
    for kind in GALLERY {
        report = report.figure(&(kind.example)());
    }
    let html = report.html();
    for forbidden in ["<script", "<img", "<link", "<iframe", "@import", "url("] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    // The only addresses are the name space of SVG, and images inside of the file.
    assert_eq!(html.matches("http").count(), html.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
    assert_eq!(html.matches("href=").count(), html.matches("href=\"data:image/png;base64,").count());
    assert_eq!(html.matches("<svg").count(), GALLERY.len() + 2);
}

#[test]
fn the_figures_of_a_report_share_one_style_sheet() {
    let html = report("alpha").html();
    assert_eq!(html.matches("<style").count(), 1);
    let alone = LearningCurves::new("alpha").svg();
    assert_eq!(alone.matches("<style").count(), 1);
}

#[test]
fn a_report_is_saved_as_the_text_that_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    report("alpha").save(&path).unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), report("alpha").html());
}

#[test]
#[should_panic(expected = "a row of 1 cells in a table of 2 columns")]
fn a_table_with_a_short_row_is_refused() {
    let _ = Report::new("x").table(&["a", "b"], &[["1"]]);
}
