//! Titles that are none, are cut, or run on.

use std::sync::LazyLock;

use regex::Regex;

use super::Code;
use crate::text::{encoding, fold};

/// Longest title in characters that is one; longer ones hold some of the text.
const LONGEST: usize = 500;

/// What a title gives reason to ask.
pub(super) fn look(title: &str, note: &str) -> Vec<(Code, String)> {
    let title = title.trim();
    let mut found = Vec::new();
    if !note.is_empty() {
        found.push((Code::TitleGuessed, format!("the title is {note}: {}", short(title))));
    }
    if title.is_empty() {
        found.push((Code::TitleMissing, "no title".into()));
        return found;
    }
    let mut tell = |code, what: &str| found.push((code, format!("{what}: {}", short(title))));
    if is_name_alone(title) {
        tell(Code::TitleEmpty, "the title is kind and số hiệu alone");
        return found;
    }
    if encoding::repair(title).is_some() {
        tell(Code::TitleEncoding, "the title is in an encoding of the nineties");
        return found;
    }
    let letters = || title.chars().filter(|c| c.is_alphabetic());
    if !letters().any(char::is_lowercase) {
        tell(Code::TitleCapitals, "the title is all in capitals");
    }
    if starts_cut(title) {
        tell(Code::TitleCut, "the title's start is cut off");
    } else if ends_cut(title) {
        tell(Code::TitleCut, "the title's end is cut off");
    }
    if runs_on(title) {
        tell(Code::TitleRunsOn, "more than the title");
    }
    found
}

/// Start and end of a title for a message.
fn short(title: &str) -> String {
    const EACH: usize = 40;
    let n = title.chars().count();
    if n <= 2 * EACH + 1 {
        return title.to_owned();
    }
    let start: String = title.chars().take(EACH).collect();
    let end: String = title.chars().skip(n - EACH).collect();
    format!("{start}…{end}")
}

/// `Nghị định`, `Thông tư số 13/2020/TT-BTC`, `Văn bản hợp nhất 10 VBHN-VPQH`, `số: 9/2025/UBTVQH15 |`.
fn is_name_alone(title: &str) -> bool {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^(?:van ban hop nhat|thong tu lien tich|thong tu|nghi dinh|nghi quyet|quyet dinh|chi thi|phap lenh|luat|lenh)?\W*(?:so\b)?\W*(?:\d+\W*[\w.\d/-]*)?\W*$",
        )
        .expect("constant")
    });
    NAME.is_match(&fold(title))
}

fn starts_cut(title: &str) -> bool {
    title.starts_with(|c: char| ",;:.)]}-–—".contains(c)) || fold(title).starts_with("nay ")
}

fn ends_cut(title: &str) -> bool {
    static OPEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?:[,;:(\[–—-]|\b(?:và|của|với|theo|các|những|cho|trong|hoặc|căn cứ|sau đây gọi|(?:luật|nghị định|nghị quyết|thông tư|quyết định) số))$",
        )
        .expect("constant")
    });
    OPEN.is_match(&title.to_lowercase()) || title.matches('(').count() > title.matches(')').count()
}

fn runs_on(title: &str) -> bool {
    static TEXT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\b(?:co|het) hieu luc (?:thi hanh )?(?:ke )?tu\b|\bsau day goi (?:tat )?la\b|\bap dung \d{4} moi nhat\b|\bnhu sau\b|\bhet hieu luc (?:thi hanh )?ke tu\b",
        )
        .expect("constant")
    });
    title.chars().count() > LONGEST || TEXT.is_match(&fold(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(title: &str) -> Vec<Code> {
        look(title, "").into_iter().map(|f| f.0).collect()
    }

    #[test]
    fn titles_pass() {
        for fine in [
            "Luật đèn lồng 2031",
            "Quy định về kinh doanh xổ số",
            "quy định mã số đèn lồng",
            "Đèn lồng",
            "Sửa đổi, bổ sung một số điều của Thông tư số 1/2030/TT-BĐL",
            "Quy định giá cước dịch vụ chiều về",
            "Ban hành Danh mục (đợt 1)",
            "Về việc tổ chức Quỹ đèn lồng của tỉnh",
        ] {
            assert_eq!(codes(fine), [], "{fine}");
        }
    }

    #[test]
    fn titles_that_are_none() {
        for none in [
            "Nghị định",
            "Nghị quyết số",
            "Thông tư số 13/2030/TT-BĐL",
            "số: 09/2035/UBTVQH20 |",
            "Văn bản hợp nhất 10 VBHN-VPQH",
        ] {
            assert_eq!(codes(none), [Code::TitleEmpty], "{none}");
        }
        assert_eq!(codes(" "), [Code::TitleMissing]);
        assert_eq!(codes("ĐÈN LỒNG"), [Code::TitleCapitals]);
        assert_eq!(codes("§Ýnh chÝnh QuyÕt ®Þnh vÒ ®Ìn lång cña Bé"), [Code::TitleEncoding]);
    }

    #[test]
    fn titles_that_are_cut_or_run_on() {
        for cut in [
            ") Hướng dẫn đèn lồng",
            "này quy định đèn lồng",
            "Quy định mức thu, chế độ thu, nộp, quản lý và",
            "Sửa đổi Thông tư số",
            "Hướng dẫn thủ tục treo đèn (gồm đèn lồng",
        ] {
            assert_eq!(codes(cut), [Code::TitleCut], "{cut}");
        }
        assert_eq!(codes("Quy định đèn lồng hết hiệu lực kể từ ngày Thông tư này"), [Code::TitleRunsOn]);
        assert_eq!(codes("Luật đèn lồng áp dụng 2034 mới nhất"), [Code::TitleRunsOn]);
        assert_eq!(codes(&"đèn lồng ".repeat(80)), [Code::TitleRunsOn]);
        assert_eq!(look("Quy định", "guessed")[0].0, Code::TitleGuessed);
    }
}
