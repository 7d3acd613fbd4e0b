//! Category and reason of a task from its words and its holder's level: section 3 of the guideline.

use crate::law::{Category, Level, Reason, Unit};
use crate::text::fold;

/// The guideline's cues, folded: a cue counts where its words occur in a row.
struct Cues {
    reason: Reason,
    words: &'static [&'static str],
}

const SECURITY: Cues = Cues {
    reason: Reason::Security,
    words: &[
        "quoc phong",
        "an ninh quoc gia",
        "bi mat nha nuoc",
        "co yeu",
        "mat ma",
        "hat nhan",
        "an ninh mang",
        "an toan thong tin mang",
        "nguon phong xa nhom",
        "quan su",
        "quan doi",
        "trung dung",
        "chien tranh",
        "khan cap",
        "an ninh nguon phong xa",
        "vu khi",
        "toi pham",
        "tinh bao",
        "bao ve bi mat",
        "ung cuu su co",
        "xung dot thong tin",
        "vat lieu no",
    ],
};

const INTERNATIONAL: Cues = Cues {
    reason: Reason::International,
    words: &[
        "dieu uoc quoc te",
        "to chuc quoc te",
        "hop tac quoc te",
        "quoc te ve",
        "nuoc ngoai",
        "thua nhan lan nhau",
        "dam phan",
        "thoa thuan quoc te",
        "nghi dinh thu",
        "song phuong",
        "da phuong",
        "lien minh vien thong",
        "itu",
        "phoi hop quoc te",
        "cam ket quoc te",
        "madrid",
        "pct",
        "la hay",
        "hiep dinh",
        "gia nhap",
    ],
};

const SPECIFIC: Cues = Cues {
    reason: Reason::Specific,
    words: &[
        "ve tinh",
        "cap vien thong tren bien",
        "cap quang bien",
        "may gia toc",
        "phong thi nghiem trong diem",
        "duoi bien",
        "tham chieu",
    ],
};

const UNIFIED: Cues = Cues {
    reason: Reason::Unified,
    words: &[
        "co so du lieu quoc gia",
        "kho so",
        "ten mien",
        "dia chi ip",
        "ma so ma vach",
        "ma so, ma vach",
        "tan so",
        "bang tan",
        "chung thuc chu ky so",
        "chung thu so",
        "chu ky so",
        "van bang bao ho",
        "so dang ky quoc gia",
        "chuan do luong quoc gia",
        "chuan quoc gia",
        "so huu cong nghiep",
        "bang doc quyen",
        "don dang ky",
        "quyen so huu",
        "he thong thong tin quoc gia",
        "cong dich vu cong quoc gia",
        "nen tang quoc gia",
        "truc lien thong",
        "nhieu tinh",
        "nhieu dia phuong",
        "lien tinh",
        "co so du lieu",
        "tai nguyen internet",
        "trung tam du lieu quoc gia",
        "ma so",
        "tem buu chinh",
        "mang truyen so lieu",
        "giong cay trong",
        "mang vien thong",
        "chi dan dia ly",
    ],
};

/// Single cases whose effect lies within one province.
const LOCAL: &[&str] = &[
    "giay phep",
    "giay chung nhan",
    "chung chi",
    "giay xac nhan",
    "chung nhan dang ky",
    "cap phep",
    "cong nhan",
    "chi dinh",
    "dang ky hoat dong",
    "kiem tra chat luong",
    "ho tro doanh nghiep",
    "dao tao",
    "boi duong",
    "tap huan",
    "xu phat",
    "xu ly vi pham",
    "xac nhan",
    "kiem dinh",
    "do luong",
    "thu hoi",
    "dinh chi",
    "gia han",
    "thanh tra, kiem tra",
    "kiem tra viec",
    "tuyen truyen",
    "pho bien",
    "chuyen giao cong nghe",
    "khu cong nghe cao",
    "khu cong nghe thong tin",
    "doanh nghiep khoa hoc va cong nghe",
    "chat luong san pham",
    "niem yet",
    "co so",
    "kiem tra nha nuoc",
    "san pham, hang hoa",
    "quang cao",
    "thiet bi x quang",
    "cap giay",
    "cap lai",
    "cap doi",
    "lo hang",
    "nhap khau",
];

/// What is of the centre by its nature.
const MACRO: &[&str] = &[
    "ban hanh",
    "quy dinh",
    "huong dan",
    "chien luoc",
    "quy hoach",
    "ke hoach",
    "chuong trinh",
    "chinh sach",
    "du toan",
    "ngan sach",
    "kinh phi",
    "bao cao",
    "tong hop",
    "thong ke",
    "tieu chuan quoc gia",
    "quy chuan ky thuat",
    "danh muc",
    "du thao",
    "phap luat",
    "toan quoc",
    "ca nuoc",
    "chu truong",
    "trinh chinh phu",
    "trinh thu tuong",
    "quoc gia",
    "nghien cuu",
    "nhiem vu khoa hoc",
    "de tai",
    "du an",
    "quyet toan",
    "so ket",
    "tong ket",
    "dinh muc",
    "mau",
    "phan bo",
    "thong nhat quan ly",
    "bo nganh",
    "de an",
    "chi dao",
    "phoi hop",
    "chu tri",
    "phe duyet",
    "nghiem thu",
    "hoi dong",
    "hop dong",
    "dieu phoi",
    "xay dung",
    "de xuat",
    "tham muu",
];

/// What a reviewer would propose, and why when it stays at the centre. `task` and `holder` are words of the provision.
pub(super) fn decide(unit: &Unit, level: Level, holder: &str, task: &str) -> (Category, Option<Reason>) {
    if let Some(category) = Category::fixed_by(level) {
        return (category, (category == Category::KeepCentral).then_some(Reason::Macro));
    }
    let (task, holder) = (fold(task), fold(holder));
    let title = fold(&unit.title);
    let lead = fold(&unit.lead);
    let count = |text: &str, cues: &[&str]| cues.iter().filter(|c| text.contains(**c)).count() as f64;
    let security_body =
        ["bo quoc phong", "bo cong an", "co yeu", "quan su", "bo tong tham muu", "bo tu lenh", "bo doi"]
            .iter()
            .any(|b| holder.contains(b));

    let security = 1.2 * count(&task, SECURITY.words)
        + 0.9 * count(&title, SECURITY.words)
        + 0.3 * count(&lead, SECURITY.words)
        + if security_body { 1.6 } else { 0.0 };
    let international = 1.3 * count(&task, INTERNATIONAL.words) + 0.5 * count(&title, INTERNATIONAL.words).min(1.0);
    let specific = 1.5 * count(&task, SPECIFIC.words) + 0.4 * count(&title, SPECIFIC.words);
    let unified = 1.0 * count(&task, UNIFIED.words).min(2.0)
        + 0.7 * count(&title, UNIFIED.words).min(2.0)
        + 0.3 * count(&lead, UNIFIED.words).min(2.0);
    let policy = 0.8 * count(&task, MACRO).min(3.0)
        + 0.5 * count(&title, &["chuong trinh", "quy", "nhiem vu", "de an", "quoc gia", "de tai"]).min(1.0);
    let local = 1.1 * count(&task, LOCAL).min(3.0)
        + 0.6 * count(&lead, &["cap giay", "giay phep", "giay chung nhan", "chi dinh", "cong nhan"]).min(1.0);

    if level == Level::Cp {
        return (Category::KeepCentral, Some(if security > 2.0 { Reason::Security } else { Reason::Macro }));
    }
    let scores = [
        (security, Some(SECURITY.reason)),
        (international, Some(INTERNATIONAL.reason)),
        (specific, Some(SPECIFIC.reason)),
        (unified, Some(UNIFIED.reason)),
        (policy + 0.6, Some(Reason::Macro)),
        (local, None),
    ];
    let best = scores.iter().fold(scores[4], |best, s| if s.0 > best.0 { *s } else { best });
    match best.1 {
        Some(reason) => (Category::KeepCentral, Some(reason)),
        None if level == Level::Ttg => (Category::DecentraliseWithinCentre, None),
        None => (Category::DecentraliseToLocal, None),
    }
}
