//! The closed sets of labels: kind, level, category, reason, mechanism, with their codes and names.

use serde::{Deserialize, Serialize};

/// A label that is not one of its set; carries what was found and what set was meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {set} {found:?}; expected one of: {expected}")]
pub struct UnknownLabel {
    /// The set, e.g. `category`.
    pub set: &'static str,
    /// What was read.
    pub found: String,
    /// The codes that are allowed, joined by commas.
    pub expected: String,
}

/// Defines a closed set of labels with stable codes and names in Vietnamese and English.
macro_rules! labels {
    ($(#[$doc:meta])* $name:ident, $set:literal { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $vi:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every label of the set, in its fixed order (the order of model outputs and of reports).
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The stable code used in files, the store and the model.
            pub const fn code(self) -> &'static str { match self { $($name::$variant => $code),+ } }

            /// The name shown to people, in Vietnamese.
            pub const fn vi(self) -> &'static str { match self { $($name::$variant => $vi),+ } }

            /// The name shown to people, in English.
            pub const fn en(self) -> &'static str { match self { $($name::$variant => $en),+ } }

            /// Position in [`Self::ALL`].
            pub const fn index(self) -> usize { self as usize }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.code()) }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownLabel;
            fn from_str(s: &str) -> Result<Self, UnknownLabel> {
                Self::ALL.iter().copied().find(|x| x.code() == s).ok_or_else(|| UnknownLabel {
                    set: $set,
                    found: s.to_owned(),
                    expected: Self::ALL.iter().map(|x| x.code()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

labels! {
    /// What a leaf provision is: a state-management task, a step inside a procedure, or neither.
    Kind, "kind" {
        /// Gives a state body a power or duty of state management.
        Task = "task", "Nhiệm vụ quản lý nhà nước", "State-management task";
        /// One step inside a procedure whose task is stated elsewhere.
        Step = "step", "Bước trong thủ tục", "Step of a procedure";
        /// Everything else.
        None = "none", "Không phải nhiệm vụ", "Not a task";
    }
}

labels! {
    /// The level (cấp) of the body that holds a task.
    Level, "level" {
        /// National Assembly, its Standing Committee, the President.
        Qh = "QH", "Quốc hội, UBTVQH", "National Assembly";
        /// The Government.
        Cp = "CP", "Chính phủ", "Government";
        /// The Prime Minister.
        Ttg = "TTG", "Thủ tướng Chính phủ", "Prime Minister";
        /// Ministries, ministers, ministry-level and Government agencies.
        Bo = "BO", "Bộ, cơ quan ngang bộ", "Ministry";
        /// Departments and units under a ministry.
        Cuc = "CUC", "Đơn vị thuộc bộ", "Unit of a ministry";
        /// Provincial level.
        Tinh = "TINH", "Cấp tỉnh", "Province";
        /// District level, abolished on 1 July 2025.
        Huyen = "HUYEN", "Cấp huyện", "District";
        /// Commune level.
        Xa = "XA", "Cấp xã", "Commune";
        /// Any other body, or one that is not named.
        Khac = "KHAC", "Khác, chưa rõ", "Other or unclear";
    }
}

labels! {
    /// What is proposed for a task under the two-tier model (đề xuất).
    Category, "category" {
        /// Phân định: goes straight to local government.
        DirectToLocal = "direct_to_local", "Phân định trực tiếp cho địa phương", "Assigned directly to local government";
        /// Phân quyền or phân cấp to localities.
        DecentraliseToLocal = "decentralise_to_local", "Phân cấp, phân quyền cho địa phương", "Decentralised to local government";
        /// From the Government or Prime Minister to a ministry, or inside one.
        DecentraliseWithinCentre = "decentralise_within_centre", "Phân cấp trong cơ quan trung ương", "Decentralised within the centre";
        /// Stays at the centre, with a [`Reason`].
        KeepCentral = "keep_central", "Giữ ở trung ương", "Kept at the centre";
        /// Held by a province or commune already.
        AlreadyLocal = "already_local", "Đã thuộc địa phương", "Already local";
        /// The level cannot be told from the text.
        Undetermined = "undetermined", "Chưa xác định", "Undetermined";
    }
}

labels! {
    /// Why a task stays at the centre (lý do).
    Reason, "reason" {
        /// Policy, planning, rules, nation-wide guidance and statistics.
        Macro = "macro", "Tính chất vĩ mô", "Macro";
        /// National security and defence.
        Security = "security", "An ninh quốc gia, quốc phòng", "National security, defence";
        /// National registers and resources that must be one.
        Unified = "unified", "Quản lý tập trung, thống nhất", "Unified management";
        /// Rare expertise or infrastructure.
        Specific = "specific", "Tính đặc thù cao", "High specificity";
        /// Treaties and international relations.
        International = "international", "Điều ước, quan hệ quốc tế", "International";
    }
}

labels! {
    /// The legal way a task moves (cơ chế); derived from category and instrument, never predicted.
    Mechanism, "mechanism" {
        /// Assigned directly.
        PhanDinh = "phan_dinh", "Phân định", "Direct assignment";
        /// A law or a resolution of the National Assembly sets the task.
        PhanQuyen = "phan_quyen", "Phân quyền", "Devolution by law";
        /// A decree, decision or circular sets the task.
        PhanCap = "phan_cap", "Phân cấp", "Delegation below law";
    }
}

labels! {
    /// Where the words that name the holder stand.
    HolderIn, "holder_in" {
        /// In the provision itself.
        Text = "text", "Trong quy định", "In the provision";
        /// In its lead-in.
        Lead = "lead", "Trong đoạn mở đầu", "In the lead-in";
        /// Not named; told by the document's title.
        Implied = "implied", "Hiểu theo tiêu đề", "Implied by the title";
    }
}

impl Category {
    /// The category that the guideline fixes from the level alone, if it does (guideline, section 3, steps 1 to 4).
    pub const fn fixed_by(level: Level) -> Option<Category> {
        match level {
            Level::Huyen => Some(Category::DirectToLocal),
            Level::Tinh | Level::Xa => Some(Category::AlreadyLocal),
            Level::Qh => Some(Category::KeepCentral),
            Level::Khac => Some(Category::Undetermined),
            Level::Cp | Level::Ttg | Level::Bo | Level::Cuc => None,
        }
    }
}

impl Mechanism {
    /// The mechanism for a category and the highest instrument among the legal bases.
    ///
    /// `set_by_law` is true where a luật, pháp lệnh or nghị quyết of the National Assembly or its Standing
    /// Committee is among the bases. Empty for categories that move nothing out.
    pub const fn derive(category: Category, set_by_law: bool) -> Option<Mechanism> {
        match category {
            Category::DirectToLocal => Some(Mechanism::PhanDinh),
            Category::DecentraliseToLocal | Category::DecentraliseWithinCentre => {
                Some(if set_by_law { Mechanism::PhanQuyen } else { Mechanism::PhanCap })
            }
            Category::KeepCentral | Category::AlreadyLocal | Category::Undetermined => None,
        }
    }
}

labels! {
    /// Fields (lĩnh vực) of the ministry, as its decree on functions lists them.
    Field, "field" {
        /// Research.
        Khcn = "KHCN", "Nghiên cứu khoa học", "Scientific research";
        /// Technology development, innovation.
        Ptcn = "PTCN", "Phát triển công nghệ, đổi mới sáng tạo", "Technology development, innovation";
        /// High and strategic technology.
        Cnc = "CNC", "Công nghệ cao, công nghệ chiến lược", "High and strategic technology";
        /// Science and technology potential.
        Tl = "TL", "Tiềm lực khoa học và công nghệ", "Science and technology potential";
        /// Intellectual property.
        Shtt = "SHTT", "Sở hữu trí tuệ", "Intellectual property";
        /// Standards, metrology, quality.
        Tdc = "TDC", "Tiêu chuẩn đo lường chất lượng", "Standards, metrology, quality";
        /// Atomic energy, radiation and nuclear safety.
        Nlnt = "NLNT", "Năng lượng nguyên tử, an toàn bức xạ và hạt nhân", "Atomic energy, radiation and nuclear safety";
        /// Post.
        Bc = "BC", "Bưu chính", "Post";
        /// Telecommunications.
        Vt = "VT", "Viễn thông", "Telecommunications";
        /// Radio frequencies.
        Ts = "TS", "Tần số vô tuyến điện", "Radio frequencies";
        /// Information technology and digital industry.
        Cns = "CNS", "Công nghiệp công nghệ thông tin, công nghệ số", "IT and digital technology industry";
        /// Application of information technology.
        Udcntt = "UDCNTT", "Ứng dụng công nghệ thông tin", "IT application";
        /// Electronic transactions.
        Gddt = "GDDT", "Giao dịch điện tử", "Electronic transactions";
        /// National digital transformation.
        Cds = "CDS", "Chuyển đổi số quốc gia", "National digital transformation";
        /// Public services.
        Dvc = "DVC", "Dịch vụ công", "Public services";
    }
}
