use jiff::civil::date;

use super::*;

fn of(text: &str) -> Metadata {
    let text = crate::text::normalise(text).text;
    let nodes = crate::ingest::parse_text(&text);
    let metadata = read(&text, &nodes);
    // Every span leads to what was read.
    for found in metadata.number.iter().chain(&metadata.kind).chain(&metadata.title).chain(&metadata.issuers) {
        assert!(text.get(found.span.clone()).is_some_and(|s| !s.is_empty()), "{found:?}");
    }
    for signer in &metadata.signers {
        assert_eq!(plain::squashed(&text[signer.span.clone()]), plain::squashed(&signer.name));
    }
    metadata
}

fn value<T: Clone>(found: Option<&Found<T>>) -> Option<T> {
    found.map(|f| f.value.clone())
}

fn issuers(m: &Metadata) -> Vec<&str> {
    m.issuers.iter().map(|f| f.value.as_str()).collect()
}

const BODY: &str = "Căn cứ Luật Đèn lồng số 9/2030/QH20 ngày 01 tháng 2 năm 2030;\nĐiều 1. Phạm vi\nNghị định này quy định về đèn \
                    lồng.\nĐiều 2. Hiệu lực thi hành\nNghị định này có hiệu lực thi hành kể từ ngày 20 tháng 4 năm 2031.\n";

#[test]
fn reads_a_decree_in_two_columns() {
    let m = of(&format!(
        "CHÍNH PHỦ ------- | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc ---------------\nSố: 12/2031/NĐ-CP | \
         Hà Nội, ngày 05 tháng 3 năm 2031\nNGHỊ ĐỊNH\nQuy định về việc\ncấp phép đèn lồng\n{BODY}Nơi nhận: - Công báo; - Lưu: VT. | TM. \
         CHÍNH PHỦ KT. THỦ TƯỚNG PHÓ THỦ TƯỚNG (Đã ký) Trần Thị Đèn"
    ));
    assert_eq!(value(m.number.as_ref()).as_deref(), Some("12/2031/NĐ-CP"));
    assert_eq!(value(m.kind.as_ref()).as_deref(), Some("Nghị định"));
    assert_eq!(value(m.title.as_ref()).as_deref(), Some("Quy định về việc cấp phép đèn lồng"));
    assert_eq!(issuers(&m), ["Chính phủ"]);
    assert_eq!(
        (value(m.place.as_ref()).as_deref(), value(m.issued_on.as_ref())),
        (Some("Hà Nội"), Some(date(2031, 3, 5)))
    );
    assert_eq!(value(m.effective.as_ref()).and_then(|e| e.on), Some(date(2031, 4, 20)));
    let [signer] = m.signers.as_slice() else { panic!("{:?}", m.signers) };
    assert_eq!((signer.name.as_str(), signer.title.as_str()), ("Trần Thị Đèn", "PHÓ THỦ TƯỚNG"));
    let behalf: Vec<_> = signer.on_behalf.iter().map(|b| (b.mark, b.of.as_str())).collect();
    assert_eq!(behalf, [("TM", "CHÍNH PHỦ"), ("KT", "THỦ TƯỚNG")]);
}

#[test]
fn reads_the_same_from_flattened_and_misread_heads() {
    let signed = "TM. CHÍNH PHỦ\nKT.THỦ TƯỚNG\nPHÓ THỦ TƯỚNG\n(Đã ký)\nTrần Thị Đèn";
    for head in [
        "CHÍNH PHỦ CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n_______ Độc lập - Tự do - Hạnh phúc\nSô: 12/2031/NÐ-CP Hà Nội, ngày 05 tháng 3 năm \
         2031\nNGHỊ ĐỊNH\nQuy định về việc cấp phép đèn lồng\n",
        "CHÍNH PHỦ\nSố: 12 /2031/NĐ- CP\nCỘNG HOÀ XÃ HỘI CHỦ NGHĨA\nVIỆT NAM\nĐộc lập – Tự do – Hạnh phúc\nHà Nội, ngày 05\ntháng 3 năm 203 \
         1\nNGHỊ ĐỊNH1\nQuy định về việc cấp phép đèn lồng\n",
        "CHÍNH PHỦ Số: 12/2031/NĐ-CP | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc Hà Nội, ngày 05 tháng 3 năm \
         2031\nNGHỊ ĐỊNH\nQuy định về việc cấp phép đèn lồng\n_____\n",
        "Nghị định 12/2031/NĐ-CP\nCHÍNH PHỦ -------\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc ---\nSố: \
         12/2031/NĐ-CP\nHà Nội, ngày 05 tháng 3 năm 2031 NGHỊ ĐỊNH Quy định về việc cấp phép đèn lồng\n",
        "VĂN BẢN QUY PHẠM PHÁP LUẬT\nCHÍNH PHỦ\nCHÍNH PHỦ\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nSố: \
         12/2031/NĐ-CP\nHà Nội, ngày 05 tháng 3 năm 2031\nNGHỊ ĐỊNH\nQuy định về việc cấp phép đèn lồng\nNgười ký: CỔNG THÔNG TIN\n",
    ] {
        let m = of(&format!("{head}{BODY}{signed}"));
        assert_eq!(value(m.number.as_ref()).as_deref(), Some("12/2031/NĐ-CP"), "{head}");
        assert_eq!(value(m.kind.as_ref()).as_deref(), Some("Nghị định"), "{head}");
        assert_eq!(value(m.title.as_ref()).as_deref(), Some("Quy định về việc cấp phép đèn lồng"), "{head}");
        assert_eq!(issuers(&m), ["Chính phủ"], "{head}");
        assert_eq!(
            (value(m.place.as_ref()).as_deref(), value(m.issued_on.as_ref())),
            (Some("Hà Nội"), Some(date(2031, 3, 5))),
            "{head}"
        );
        assert_eq!(m.signers.len(), 1, "{head}");
    }
}

#[test]
fn reads_a_law() {
    let m = of(
        "QUỐC HỘI\nLuật số: 9/2030/QH 20\nLUẬT\nĐÈN LỒNG\nCăn cứ Hiến pháp;\nĐiều 1. Phạm vi\nĐiều 2. Hiệu lực\n1. Luật này có hiệu \
                lực thi hành từ ngày 01 tháng 7 năm 2031, trừ khoản 2.\n2. Điều 1 của Luật này có hiệu lực thi hành từ ngày 01 tháng 1 năm \
                2031.\nLuật này được Quốc hội khóa XX, kỳ họp thứ 2 thông qua ngày 10 tháng 12 năm 2030.\n| CHỦ TỊCH QUỐC HỘITrần Văn Lồng",
    );
    assert_eq!(value(m.number.as_ref()).as_deref(), Some("9/2030/QH20"));
    assert_eq!(value(m.title.as_ref()).as_deref(), Some("ĐÈN LỒNG"));
    assert_eq!(issuers(&m), ["Quốc hội"]);
    assert_eq!((value(m.place.as_ref()), value(m.issued_on.as_ref())), (None, Some(date(2030, 12, 10))));
    assert_eq!(value(m.effective.as_ref()).and_then(|e| e.on), Some(date(2031, 7, 1)));
    assert_eq!((m.signers[0].name.as_str(), m.signers[0].title.as_str()), ("Trần Văn Lồng", "CHỦ TỊCH QUỐC HỘI"));
    let mut meta = DocumentMeta::default();
    m.fill(&mut meta);
    assert_eq!((meta.kind.as_str(), meta.title.as_str(), meta.issuer.as_str()), ("Luật", "Luật đèn lồng", "Quốc hội"));
}

#[test]
fn reads_joint_issuers_and_signers() {
    let m = of(
        "BỘ TÀI CHÍNH - BỘ LAO ĐỘNG - THƯƠNG BINH\nVÀ XÃ HỘI\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 5/2031/TTLT-BTC-\nBLĐTBXH\nHà Nội, \
                ngày 5 tháng 3 năm 2031\nTHÔNG TƯ LIÊN TỊCH\nHướng dẫn đèn lồng\nĐiều 1. Hiệu lực\nThông tư liên tịch này có hiệu lực sau 15 ngày kể \
                từ ngày ký./.\nKT. BỘ TRƯỞNG BỘ TÀI CHÍNH\nTHỨ TRƯỞNG\nLê Văn A Nam\nKT. BỘ TRƯỞNG\nBỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI\nTHỨ \
                TRƯỞNG\nThượng tướng Phạm Thị Đèn",
    );
    assert_eq!(value(m.number.as_ref()).as_deref(), Some("5/2031/TTLT-BTC-BLĐTBXH"));
    assert_eq!(issuers(&m), ["Bộ Tài chính", "Bộ Lao động - Thương binh và Xã hội"]);
    let names: Vec<_> = m.signers.iter().map(|s| (s.rank.as_str(), s.name.as_str(), s.title.as_str())).collect();
    assert_eq!(names, [("", "Lê Văn A Nam", "THỨ TRƯỞNG"), ("Thượng tướng", "Phạm Thị Đèn", "THỨ TRƯỞNG")]);
    assert_eq!(m.signers[1].on_behalf[0].of, "BỘ TRƯỞNG BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI");
    assert_eq!(value(m.effective.as_ref()).and_then(|e| e.on), Some(date(2031, 3, 20)));
}

#[test]
fn takes_a_consolidated_text_from_its_certification() {
    let m = of(
        "VĂN BẢN HỢP NHẤT -\nBỘ Y TẾ\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nTHÔNG TƯ\nVề đèn lồng1 Thông tư số 5/2030/TT-BYT ngày 1 tháng 2 năm \
                2030, có hiệu lực từ ngày 3 tháng 4 năm 2030, được sửa đổi bởi:\nĐiều 1. Hiệu lực\nThông tư này có hiệu lực từ ngày 3 tháng 4 năm \
                2030.\nSố: 7/VBHN-BYT\nXÁC THỰC VĂN BẢN HỢP NHẤT\nHà Nội, ngày 9 tháng 9 năm 2031\nKT. BỘ TRƯỞNG\nTHỨ TRƯỞNG\nLê Văn Lồng\nPHỤ LỤC",
    );
    assert_eq!(value(m.number.as_ref()).as_deref(), Some("7/VBHN-BYT"));
    assert_eq!(
        (value(m.kind.as_ref()).as_deref(), value(m.title.as_ref()).as_deref()),
        (Some("Văn bản hợp nhất"), Some("Về đèn lồng"))
    );
    assert_eq!((issuers(&m), value(m.issued_on.as_ref())), (vec!["Bộ Y tế"], Some(date(2031, 9, 9))));
    assert_eq!((m.signers.len(), m.effective), (1, None));
}

#[test]
fn reads_torn_offices_and_names() {
    for (signed, name, behalf) in [
        ("| TM. CHÍNH PHỦ KT. THỦ TƯỚNG PHÓ THỦ TƯỚNG\n| ( đã kí)\n| Tr ần Thị Đ èn", "Trần Thị Đèn", 2),
        ("TM. CHÍNH PH Ủ KT. TH Ủ TƯỚNG PHÓ TH Ủ TƯỚNG [daky] Tr ầ n Thị Đèn Phụ lục (Kèm theo)", "Trần Thị Đèn", 2),
        (
            "TM. CHÍNH PHỦ\nKT. THỦ TƯỚNG\nNơi nhận:\n- Công báo;\n- Lưu: VT.\nPHÓ THỦ TƯỚNG\nTrần Thị Đèn",
            "Trần Thị Đèn",
            2,
        ),
        ("TM. CHÍNH PHỦ\nKT. THỦ TƯỚNG\nPHÓ THỦ TƯỚNGky]\nTrần Thị Đèn", "Trần Thị Đèn", 2),
        ("TM. CHÍNH PHỦ\nKT. THỦ TƯỚNG\nPHÓ THỦ TƯỚNG\ny]Trần Thị Đèn", "Trần Thị Đèn", 2),
        ("Chủ tịch Quốc hội\n(Đã ký)\nLê Quang Đèn", "Lê Quang Đèn", 0),
    ] {
        let m = of(&format!("CHÍNH PHỦ\nSố: 12/2031/NĐ-CP\nNGHỊ ĐỊNH\nVề đèn\n{BODY}{signed}"));
        let [signer] = m.signers.as_slice() else { panic!("{signed}: {:?}", m.signers) };
        assert_eq!((signer.name.as_str(), signer.on_behalf.len()), (name, behalf), "{signed}");
        assert!(!signer.title.is_empty(), "{signed}");
    }
}

#[test]
fn takes_no_cited_number_for_its_own() {
    let m = of(
        "VĂN PHÒNG CHÍNH PHỦ\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nthực hiện Nghị quyết số 29-NQ/TW ngày 5 tháng 3 năm 2031",
    );
    assert_eq!(m.number, None);
}

#[test]
fn leaves_forms_and_preambles_unsigned() {
    let m = of(
        "BỘ Y TẾ\nSố: 3/2031/TT-BYT\nTHÔNG TƯ\nVề đèn\nBỘ TRƯỞNG BỘ Y TẾ\nCăn cứ Luật Đèn;\nĐiều 1. A\nPHỤ LỤC\nTM. ỦY BAN NHÂN \
                DÂN\nCHỦ TỊCH\n(Ký, ghi rõ họ tên)",
    );
    assert_eq!(m.signers, []);
    assert_eq!(value(m.title.as_ref()).as_deref(), Some("Về đèn"));
}

#[test]
fn invents_nothing() {
    assert_eq!(of("Chỉ là một đoạn văn."), Metadata::default());
    assert_eq!(of(""), Metadata::default());
    assert_eq!(
        describe("Chương I\nĐiều 1. Căn cứ Nghị định số 5/2030/NĐ-CP ngày 01 tháng 2 năm 2030"),
        DocumentMeta::default()
    );
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the text, reading ends and every span lies in it.
        #[test]
        fn spans_lie_in_the_text(parts in prop::collection::vec(prop::sample::select(vec![
            "CHÍNH PHỦ", "\n", " | ", "Số: 1/2031/NĐ-CP", "Hà Nội, ngày 5 tháng 3 năm 2031", "NGHỊ ĐỊNH", "Về đèn", "TM. CHÍNH PHỦ",
            "THỦ TƯỚNG", "(Đã ký)", "Trần Thị Đèn", "XÁC THỰC VĂN BẢN HỢP NHẤT", "[", "]", "Số:", "/", "-", "ngày 45 tháng 13 năm 2031",
            "Nghị định này có hiệu lực sau 999 ngày kể từ ngày ký", "ký", "“", "Ð", "KT.", "__________", "1", "thông qua ngày", "Q.",
        ]), 0..40)) {
            of(&parts.concat());
            of(&parts.join(" "));
        }
    }
}
