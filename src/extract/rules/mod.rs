//! The rule baseline: verb and holder lexicons, lead-in logic, exclusions, span and category rules.
//!
//! The model is reported beside it and must beat it. Invariant: no learned weight; everything here was written from
//! the guideline and by reading the training files, and decides the same way every time.

mod category;
mod reading;

use super::{Annotator, ExtractError};
use crate::law::{Prediction, Unit};

/// Changes with every change of the rules or their lexicons.
const VERSION: &str = "rules-2";

/// The rule baseline as an annotator.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules;

impl Rules {
    /// The rules need nothing to begin.
    pub const fn new() -> Self {
        Rules
    }

    /// Reads one provision.
    pub fn read(&self, unit: &Unit) -> Prediction {
        reading::read(unit)
    }
}

impl Annotator for Rules {
    fn version(&self) -> &str {
        VERSION
    }

    fn annotate(&self, units: &[Unit]) -> Result<Vec<Prediction>, ExtractError> {
        use rayon::prelude::*;
        Ok(units.par_iter().map(|u| self.read(u)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{Category, HolderIn, Kind, Level, Reason};

    fn read(lead: &str, text: &str) -> Prediction {
        Rules::new().read(&Unit {
            doc_kind: "Nghị định".into(),
            title: "Về trạm đo mực nước".into(),
            lead: lead.into(),
            text: text.into(),
        })
    }

    /// The only mention as (holder, task, level, category).
    fn only(p: &Prediction) -> (&str, &str, Level, Category) {
        assert_eq!((p.kind, p.mentions.len()), (Kind::Task, 1), "{p:?}");
        let m = &p.mentions[0];
        (&m.holder, &m.task, m.level, m.category)
    }

    #[test]
    fn a_named_body_acts() {
        let p = read("Điều 4. Quản lý trạm đo", "Chính phủ quy định chi tiết khoản 2 Điều này.");
        assert_eq!(only(&p), ("Chính phủ", "quy định chi tiết khoản 2 Điều này", Level::Cp, Category::KeepCentral));
        assert_eq!(p.mentions[0].reason, Some(Reason::Macro));
        let p = read(
            "Điều 9. Cấp giấy phép",
            "Trong thời hạn 20 ngày, Sở Khoa học và Công nghệ thẩm định, cấp giấy phép lắp trạm; từ chối thì nêu lý do.",
        );
        assert_eq!(p.mentions[0].holder, "Sở Khoa học và Công nghệ");
        assert_eq!((p.mentions[0].level, p.mentions[0].category), (Level::Tinh, Category::AlreadyLocal));
    }

    #[test]
    fn the_holder_stands_in_the_lead_and_helpers_do_not_take_its_place() {
        let p = read(
            "Điều 7. Trách nhiệm của Bộ Tài chính",
            "Phối hợp với Bộ Y tế, Bộ Công an xây dựng mức phí đo theo quy định của pháp luật.",
        );
        assert_eq!(only(&p).0, "Bộ Tài chính");
        assert_eq!(only(&p).1, "Phối hợp với Bộ Y tế, Bộ Công an xây dựng mức phí đo");
        assert_eq!(p.mentions[0].holder_in, HolderIn::Lead);
        let p =
            read("Điều 8. Trách nhiệm | Ủy ban nhân dân cấp huyện có trách nhiệm:", "Thống kê trạm đo trên địa bàn;");
        assert_eq!((only(&p).2, only(&p).3), (Level::Huyen, Category::DirectToLocal));
    }

    #[test]
    fn clauses_with_different_objects_are_different_mentions() {
        let p = read("Điều 7. Trách nhiệm của Bộ Tài chính", "Ban hành định mức; tổ chức kiểm tra trạm đo.");
        let tasks: Vec<&str> = p.mentions.iter().map(|m| m.task.as_str()).collect();
        assert_eq!(tasks, ["Ban hành định mức", "tổ chức kiểm tra trạm đo"]);
    }

    #[test]
    fn what_is_no_task() {
        for (lead, text) in [
            ("Điều 2. Giải thích từ ngữ", "Trạm đo là nơi Bộ Tài chính quyết định đặt dụng cụ đo."),
            ("Điều 5. Quyền của doanh nghiệp", "Tổ chức kiểm tra trạm đo của mình;"),
            ("Điều 9. Hồ sơ", "Đơn đề nghị cấp giấy phép;"),
            ("Điều 20. Điều khoản thi hành", "Bộ trưởng Bộ Tài chính chịu trách nhiệm thi hành Nghị định này."),
            ("", ""),
        ] {
            assert_eq!(read(lead, text).mentions, [], "{text}");
        }
    }

    #[test]
    fn handling_papers_is_a_step() {
        let p = read("Điều 9. Thủ tục", "Trong thời hạn 03 ngày, Cục Đo lường thông báo bằng văn bản cho người nộp.");
        assert_eq!(p.kind, Kind::Step);
    }

    #[test]
    fn offsets_are_those_of_the_strings_as_given() {
        // Doubled blanks and the other tone placement are read, and the offsets still fit.
        let text = "  Uỷ ban  nhân dân cấp tỉnh tổ chức kiểm tra trạm đo.";
        let p = read("Điều 3. Kiểm tra", text);
        let m = &p.mentions[0];
        let cut = |a: usize, b: usize| text.chars().skip(a).take(b - a).collect::<String>();
        assert_eq!(cut(m.task_start, m.task_end), m.task);
        assert_eq!(cut(m.holder_start.unwrap(), m.holder_end.unwrap()), m.holder);
        assert_eq!((m.holder.as_str(), m.task.as_str()), ("Uỷ ban  nhân dân cấp tỉnh", "tổ chức kiểm tra trạm đo"));
    }
}
