//! The ministry's table as a workbook: the table, the summary, and the hidden list of decisions to choose from.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Workbook, Worksheet, XlsxError,
};

use super::ReportError;
use super::summary::{Counts, NO_FIELD, SHORT, Summary, number};
use super::table::{COLUMNS, Cells, LOOK_AGAIN, formula_safe, run_name};
use crate::law::{Category, RunInfo, Task};

const FONT: &str = "Times New Roman";
const TABLE: &str = "Danh mục nhiệm vụ";
const SUMMARY: &str = "Tổng hợp";
const CHOICES: &str = "Lựa chọn";

/// Widths in digits, by column; together they print at about 70 % on A4 landscape.
const WIDTHS: [f64; 15] = [5.0, 11.5, 12.0, 38.0, 18.0, 25.0, 13.5, 8.0, 11.0, 7.5, 13.0, 10.0, 20.0, 24.0, 24.0];
/// Points for a line of text, and what a row has around its lines.
const LINE_HEIGHT: f64 = 14.5;
const ROW_PADDING: f64 = 4.0;
/// The format's limit for a row, in points.
const ROW_LIMIT: f64 = 409.0;
/// Two lines of a heading.
const HEAD_HEIGHT: f64 = 34.0;
const CONFIDENCE: u16 = 9;
const DECISION: u16 = 10;
const NOTE: u16 = 12;
const RUN: u16 = 13;

/// Legal bases shown in a cell; a row of paper holds no more.
const BASES_SHOWN: usize = 12;
/// Counts; a dash for none.
const COUNT: &str = "#,##0;-#,##0;\"–\"";
/// What a cell holds at most in the format.
const CELL_LIMIT: usize = 32_000;

/// The workbook as bytes; the same register gives the same bytes.
pub fn workbook(run: &RunInfo, tasks: &[Task]) -> Result<Vec<u8>, ReportError> {
    let summary = Summary::of(run, tasks);
    let mut book = Workbook::new();
    book.set_default_format(&Format::new().set_font_name(FONT).set_font_size(11), 20, 64)?;
    // A fixed date: the clock has no say in the bytes.
    let made = ExcelDateTime::from_ymd(2025, 7, 1)?;
    book.set_properties(
        &DocProperties::new()
            .set_title("Danh mục nhiệm vụ quản lý nhà nước và đề xuất phân định, phân cấp, phân quyền")
            .set_author("phancap")
            .set_comment(format!("{}; mô hình {}", run_name(run), run.version))
            .set_creation_datetime(&made),
    );
    table(book.add_worksheet(), run, tasks)?;
    totals(book.add_worksheet(), &summary)?;
    choices(book.add_worksheet())?;
    Ok(book.save_to_buffer()?)
}

/// What a reviewer can put into the decision column.
fn decisions() -> Vec<String> {
    let mut out = vec!["Đồng ý với đề xuất".to_owned()];
    out.extend(Category::ALL.iter().map(|c| format!("Sửa: {}", c.vi())));
    out.push("Loại: không phải nhiệm vụ".to_owned());
    out
}

fn base() -> Format {
    Format::new().set_font_name(FONT).set_font_size(11)
}

fn cell() -> Format {
    base()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_border(FormatBorder::Thin)
        .set_border_color(Color::RGB(0xA6A6A6))
}

fn head() -> Format {
    base()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
        .set_background_color(Color::RGB(0xDDE6F0))
}

fn table(sheet: &mut Worksheet, run: &RunInfo, tasks: &[Task]) -> Result<(), XlsxError> {
    sheet.set_name(TABLE)?;
    let (text, centre, flag) =
        (cell(), cell().set_align(FormatAlign::Center), cell().set_background_color(Color::RGB(0xFFF2CC)));
    let share = cell().set_num_format("0.0%").set_align(FormatAlign::Center);
    for (i, (name, width)) in COLUMNS.iter().zip(WIDTHS).enumerate() {
        let column = i as u16;
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, *name, &head())?;
    }
    sheet.set_row_height(0, HEAD_HEIGHT)?;
    let name = run_name(run);
    for (i, task) in tasks.iter().enumerate() {
        let row = u32::try_from(i + 1).unwrap_or(u32::MAX);
        let cells = Cells::of(task);
        sheet.write_number_with_format(row, 0, (i + 1) as f64, &centre)?;
        let words = [
            (1, task.code.as_str(), &centre),
            (2, cells.field, &text),
            (3, &cells.task, &text),
            (4, &cells.holder, &text),
            (5, &bases(&cells.bases), &text),
            (6, cells.category, &text),
            (7, cells.mechanism, &centre),
            (8, cells.reason, &text),
            (DECISION, "", &text),
            (DECISION + 1, "", &text),
            (NOTE, &cells.note, if task.needs_review { &flag } else { &text }),
            (RUN, &name, &text),
            (RUN + 1, &run.version, &text),
        ];
        let mut lines = 1;
        for (column, value, format) in words {
            write_text(sheet, row, column, value, format)?;
            if column < RUN {
                lines = lines.max(wrapped(value, WIDTHS[usize::from(column)]));
            }
        }
        // Not every program fits the height of wrapped rows by itself.
        sheet.set_row_height(row, (lines as f64 * LINE_HEIGHT + ROW_PADDING).min(ROW_LIMIT))?;
        // No probability is not a probability of nought.
        if task.category_p.is_empty() {
            sheet.write_blank(row, CONFIDENCE, &share)?;
        } else {
            sheet.write_number_with_format(row, CONFIDENCE, task.confidence, &share)?;
        }
    }
    sheet.set_column_hidden(RUN)?;
    sheet.set_column_hidden(RUN + 1)?;

    let last = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, NOTE)?;
    sheet.set_freeze_panes(1, 2)?;
    if last > 0 {
        let list = format!("='{CHOICES}'!$A$1:$A${}", decisions().len());
        let choose = DataValidation::new()
            .allow_list_formula(Formula::new(list))
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("Quyết định")?
            .set_error_message("Hãy chọn một mục trong danh sách; ghi ý kiến khác vào cột Ghi chú.")?;
        sheet.add_data_validation(1, DECISION, last, DECISION, &choose)?;
    }
    print_setup(sheet, "DANH MỤC NHIỆM VỤ QUẢN LÝ NHÀ NƯỚC VÀ ĐỀ XUẤT PHÂN ĐỊNH, PHÂN CẤP, PHÂN QUYỀN")?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_print_area(0, 0, last, NOTE)?;
    Ok(())
}

/// A4 landscape, as wide as the paper, as long as it takes, with pages numbered.
fn print_setup(sheet: &mut Worksheet, title: &str) -> Result<(), XlsxError> {
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3);
    sheet.set_header(format!("&C&\"{FONT},Bold\"&12{title}"));
    sheet.set_footer(format!(
        "&L&\"{FONT},Regular\"&9Đề xuất của mô hình, chưa phải quyết định&R&\"{FONT},Regular\"&9Trang &P/&N"
    ));
    Ok(())
}

fn write_text(sheet: &mut Worksheet, row: u32, column: u16, value: &str, format: &Format) -> Result<(), XlsxError> {
    if value.is_empty() {
        sheet.write_blank(row, column, format)?;
        return Ok(());
    }
    // A string cell is no formula in a workbook; the apostrophe guards what people save from it as CSV.
    let safe = formula_safe(value);
    if safe.chars().count() <= CELL_LIMIT {
        sheet.write_string_with_format(row, column, &*safe, format)?;
    } else {
        let cut: String = safe.chars().take(CELL_LIMIT).chain("…".chars()).collect();
        sheet.write_string_with_format(row, column, cut, format)?;
    }
    Ok(())
}

/// Lines that a text takes in a column, words kept whole. A letter of the font is about as wide as a digit, so the
/// estimate errs on the side of a line too many.
fn wrapped(text: &str, width: f64) -> usize {
    let width = (width - 0.5).max(1.0) as usize;
    let mut lines = 0;
    for line in text.lines() {
        let (mut used, mut count) = (0, 1);
        for word in line.split(' ') {
            let len = word.chars().count();
            if used > 0 && used + 1 + len > width {
                count += 1;
                used = 0;
            }
            used += len + usize::from(used > 0);
            while used > width {
                count += 1;
                used -= width;
            }
        }
        lines += count;
    }
    lines.max(1)
}

/// The first legal bases and how many more there are.
fn bases(lines: &str) -> String {
    let lines: Vec<&str> = lines.lines().collect();
    if lines.len() <= BASES_SHOWN {
        return lines.join("\n");
    }
    format!("{}\n… và {} căn cứ khác", lines[..BASES_SHOWN].join("\n"), number(lines.len() - BASES_SHOWN))
}

fn choices(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name(CHOICES)?;
    sheet.set_column_width(0, 50)?;
    for (i, choice) in decisions().iter().enumerate() {
        sheet.write_string_with_format(i as u32, 0, choice, &base())?;
    }
    sheet.set_hidden(true);
    Ok(())
}

fn totals(sheet: &mut Worksheet, summary: &Summary) -> Result<(), XlsxError> {
    sheet.set_name(SUMMARY)?;
    sheet.set_column_width(0, 46)?;
    sheet.set_column_range_width(1, 7, 15)?;
    let title = base().set_bold().set_font_size(14);
    sheet.write_string_with_format(0, 0, "Tổng hợp đề xuất phân định, phân cấp, phân quyền", &title)?;
    let mut row = 2;
    sheet.set_row_height(row, HEAD_HEIGHT)?;
    for (column, name) in ["Nhóm", "Số nhiệm vụ", "Tỷ lệ", "Tỷ lệ tính trên"].iter().enumerate() {
        sheet.write_string_with_format(row, column as u16, *name, &head())?;
    }
    for line in summary.lines() {
        row += 1;
        let weight = |f: Format| if line.depth == 0 { f.set_bold() } else { f };
        let indent = u8::try_from(line.depth).unwrap_or(0);
        sheet.write_string_with_format(
            row,
            0,
            &line.words,
            &weight(cell()).set_align(FormatAlign::Left).set_indent(indent),
        )?;
        sheet.write_number_with_format(row, 1, line.count as f64, &weight(cell()).set_num_format(COUNT))?;
        let share = weight(cell()).set_num_format("0.0%");
        match line.share {
            Some(s) => sheet.write_number_with_format(row, 2, s, &share)?,
            None => sheet.write_blank(row, 2, &share)?,
        };
        write_text(sheet, row, 3, &line.of, &weight(cell()))?;
    }
    let fields: Vec<(&str, &Counts)> =
        summary.fields.iter().map(|(f, c)| (f.map_or(NO_FIELD, |f| f.vi()), c)).collect();
    let levels: Vec<(&str, &Counts)> = summary.levels.iter().map(|(l, c)| (l.vi(), c)).collect();
    for (name, rows) in [("Lĩnh vực", fields), ("Cấp đang thực hiện", levels)] {
        row += 2;
        sheet.set_row_height(row, HEAD_HEIGHT)?;
        sheet.write_string_with_format(row, 0, name, &head())?;
        sheet.write_string_with_format(row, 1, "Tất cả", &head())?;
        for (i, (_, short)) in SHORT.iter().enumerate() {
            sheet.write_string_with_format(row, i as u16 + 2, *short, &head())?;
        }
        let count = cell().set_num_format(COUNT);
        for (name, counts) in rows {
            row += 1;
            sheet.write_string_with_format(row, 0, name, &cell())?;
            sheet.write_number_with_format(row, 1, counts.all() as f64, &count)?;
            for (i, (category, _)) in SHORT.iter().enumerate() {
                sheet.write_number_with_format(row, i as u16 + 2, counts.of(*category) as f64, &count)?;
            }
        }
    }
    row += 2;
    let small = base().set_italic().set_font_size(10);
    for note in [
        "Tổng số nhiệm vụ đưa vào rà soát gồm ba nhóm: phân định trực tiếp, phân cấp, phân quyền cho địa phương, và giữ ở trung ương.".to_owned(),
        "Tỷ lệ phân định tính trên tổng số; tỷ lệ phân cấp, phân quyền và tỷ lệ giữ ở trung ương tính trên hai nhóm này cộng lại.".to_owned(),
        format!("“{LOOK_AGAIN}”: độ tin cậy thấp, còn nhiều phương án, hoặc các căn cứ pháp lý cho kết quả khác nhau."),
        format!("Đã đọc {}. Mô hình: {}.", run_name(&summary.run), summary.run.version),
    ] {
        sheet.write_string_with_format(row, 0, formula_safe(&note), &small)?;
        row += 1;
    }
    print_setup(sheet, "TỔNG HỢP ĐỀ XUẤT PHÂN ĐỊNH, PHÂN CẤP, PHÂN QUYỀN")?;
    sheet.set_portrait();
    sheet.set_print_fit_to_pages(1, 1);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_words_whole() {
        assert_eq!(wrapped("", 10.0), 1);
        assert_eq!(wrapped("một hai ba", 10.5), 1);
        assert_eq!(wrapped("một hai bốn", 10.5), 2);
        assert_eq!(wrapped("một\nhai", 10.5), 2);
        assert_eq!(wrapped("abcdefghijklmnopqrstuvwxyz", 10.5), 3);
    }

    #[test]
    fn long_lists_of_bases_are_cut_with_a_count() {
        let long: Vec<String> = (0..20).map(|i| format!("Điều {i}")).collect();
        let shown = bases(&long.join("\n"));
        assert_eq!(shown.lines().count(), BASES_SHOWN + 1);
        assert!(shown.ends_with("… và 8 căn cứ khác"));
        assert_eq!(bases("Điều 1\nĐiều 2"), "Điều 1\nĐiều 2");
    }
}
