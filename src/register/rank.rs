//! The order of instruments: which legal basis stands first, and which count as law.

use crate::law::DocumentMeta;
use crate::text::fold;

/// Place of a document among the instruments, 0 highest: Constitution, luật, pháp lệnh, resolutions of the National
/// Assembly and its Standing Committee, nghị định, quyết định of the Prime Minister, thông tư, the rest.
pub fn rank(meta: &DocumentMeta) -> u8 {
    let (kind, issuer) = (fold(meta.kind.trim()), fold(&meta.issuer));
    match kind.as_str() {
        "hien phap" => 0,
        "luat" | "bo luat" => 1,
        "nghi quyet" if is_assembly(meta, &issuer) => 2,
        "phap lenh" => 3,
        "nghi dinh" => 4,
        "nghi quyet" if issuer.starts_with("chinh phu") || meta.number.ends_with("NQ-CP") => 5,
        "quyet dinh" | "chi thi" if issuer.contains("thu tuong") || meta.number.ends_with("TTg") => 6,
        "thong tu" => 7,
        "thong tu lien tich" | "nghi quyet lien tich" => 8,
        "quyet dinh" | "chi thi" => 9,
        _ => 10,
    }
}

/// Whether a task set by this document moves by phân quyền: luật, pháp lệnh, nghị quyết of the National Assembly or
/// its Standing Committee.
pub fn is_law(meta: &DocumentMeta) -> bool {
    rank(meta) <= 3
}

/// Resolutions of the Assembly say so in issuer or number (`31/2021/QH15`, `326/2016/UBTVQH14`).
fn is_assembly(meta: &DocumentMeta, issuer: &str) -> bool {
    issuer.contains("quoc hoi")
        || meta.number.rsplit('/').next().is_some_and(|last| last.starts_with("QH") || last.starts_with("UBTVQH"))
        || meta.number.contains("/UBTVQH")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(kind: &str, number: &str, issuer: &str) -> DocumentMeta {
        DocumentMeta { kind: kind.into(), number: number.into(), issuer: issuer.into(), ..DocumentMeta::default() }
    }

    #[test]
    fn instruments_stand_in_the_order_of_the_law() {
        let order = [
            meta("Luật", "24/2023/QH15", "Quốc hội"),
            meta("Nghị quyết", "193/2025/QH15", "Quốc hội"),
            meta("Pháp lệnh", "02/2013/UBTVQH13", "Ủy ban Thường vụ Quốc hội"),
            meta("Nghị định", "25/2011/NĐ-CP", "Chính phủ"),
            meta("Nghị quyết", "71/NQ-CP", "Chính phủ"),
            meta("Quyết định", "08/2019/QĐ-TTg", "Thủ tướng Chính phủ"),
            meta("Thông tư", "03/2023/TT-BKHCN", "Bộ Khoa học và Công nghệ"),
            meta("Thông tư liên tịch", "14/2016/TTLT-BTTTT-BKHCN", "Bộ A và Bộ B"),
            meta("Quyết định", "12/2008/QĐ-BTTTT", "Bộ Thông tin và Truyền thông"),
        ];
        let ranks: Vec<u8> = order.iter().map(rank).collect();
        assert!(ranks.windows(2).all(|w| w[0] < w[1]), "{ranks:?}");
        let law: Vec<bool> = order.iter().map(is_law).collect();
        assert_eq!(law, [true, true, true, false, false, false, false, false, false]);
    }

    #[test]
    fn a_resolution_of_the_assembly_is_known_by_its_number_too() {
        assert!(is_law(&meta("Nghị quyết", "326/2016/UBTVQH14", "")));
        assert!(!is_law(&meta("Nghị quyết", "", "Hội đồng nhân dân tỉnh")));
    }
}
