//! Labelled provisions of train as precedents: the nearest ones by the vector of holder and task, with the same level of
//! the holder and the same class of verb. Only addresses and labels are kept, no words.
//!
//! Invariant: vectors are comparable only within one model, so a file of another model is refused.

use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ExtractError;
use super::given::Given;
use super::model::Model;
use crate::files;
use crate::law::{Category, GoldLine, HolderIn, Level, Precedent, Reason};

/// Name of the file in a model folder.
pub const FILE: &str = "precedents.safetensors";
/// How many a mention keeps: one more than is shown, because the provision itself may be among them.
const KEPT: usize = 4;
/// Less alike than this is no precedent.
const LEAST: f64 = 0.5;
/// Format of the file.
const FORMAT: &str = "1";

/// Verbs by what they do to the world; of the verbs that begin a task the first that is listed counts.
const VERBS: &[(u8, &[&str])] = &[
    (1, &["ban hành", "quy định", "xây dựng", "soạn thảo", "lập", "sửa đổi", "bổ sung", "bãi bỏ", "trình"]),
    (
        2,
        &[
            "cấp",
            "gia hạn",
            "thu hồi",
            "tước",
            "đình chỉ",
            "tạm đình chỉ",
            "đăng ký",
            "chứng nhận",
            "cho phép",
            "xác nhận",
        ],
    ),
    (3, &["phê duyệt", "thẩm định", "chấp thuận", "công nhận", "chỉ định", "thừa nhận", "nghiệm thu", "đánh giá"]),
    (4, &["thanh tra", "kiểm tra", "giám sát", "xử lý", "xử phạt", "giải quyết", "theo dõi", "đôn đốc"]),
    (5, &["hướng dẫn", "phổ biến", "tuyên truyền", "đào tạo", "bồi dưỡng", "tập huấn", "giáo dục"]),
    (6, &["báo cáo", "tổng hợp", "thống kê", "công bố", "công khai", "cung cấp", "thông báo", "cập nhật", "lưu trữ"]),
    (7, &["hỗ trợ", "bố trí", "phân bổ", "bảo đảm", "đảm bảo", "cân đối", "đầu tư", "khen thưởng"]),
    (8, &["quản lý", "thống nhất quản lý", "vận hành", "duy trì", "khai thác", "phát triển", "thiết lập", "thành lập"]),
    (9, &["hợp tác", "ký kết", "ký", "đàm phán", "đại diện", "tham gia", "phối hợp"]),
];

/// Words from the start among which the verb is looked for: past "chủ trì, phối hợp với …" and "tổ chức thực hiện".
const REACH: usize = 12;

/// Class of a task's verb; 0 where none is known.
fn verb_class(task: &str) -> u8 {
    let lower = crate::text::normalise_line(task).text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(REACH).collect();
    // Coordination is how a thing is done; it counts only where nothing else is named.
    let mut weak = 0;
    for at in 0..words.len() {
        for (class, verbs) in VERBS {
            if verbs.iter().any(|verb| {
                let mut n = 0;
                verb.split(' ').all(|v| {
                    n += 1;
                    words.get(at + n - 1) == Some(&v)
                })
            }) {
                match class {
                    9 => weak = 9,
                    _ => return *class,
                }
            }
        }
    }
    weak
}

/// One labelled mention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    address: String,
    level: Level,
    category: Category,
    reason: Option<Reason>,
    class: u8,
}

/// All of them with their vectors.
#[derive(Debug, Clone, Default)]
pub struct Precedents {
    /// Hash of the weights that made the vectors; empty where there are none.
    model: String,
    entries: Vec<Entry>,
    /// Entries × width, each row scaled so that its largest number is 127.
    vectors: Vec<i8>,
    /// Length of each row.
    lengths: Vec<f32>,
    hash: String,
}

impl Precedents {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the vectors are of the model with these weights, or there are none.
    pub(super) fn fits(&self, weights: &str) -> bool {
        self.is_empty() || self.model == weights
    }

    /// Hash of the file.
    pub(super) fn hash(&self) -> &str {
        &self.hash
    }

    /// Makes them from labelled lines: every mention whose task can be read.
    ///
    /// # Errors
    /// The model failed.
    pub fn build(model: &Model, lines: &[&GoldLine]) -> Result<Self, ExtractError> {
        let (mut entries, mut given) = (Vec::new(), Vec::new());
        for line in lines {
            for m in &line.mentions {
                let holder = match (m.holder_in, m.holder_start, m.holder_end) {
                    (HolderIn::Implied, ..) => None,
                    (source, Some(a), Some(b)) => Some((source, a, b)),
                    _ => None,
                };
                given.push(Given { unit: line.unit(), task: (m.task_start, m.task_end), holder });
                entries.push(Entry {
                    address: line.id.clone(),
                    level: m.level,
                    category: m.category,
                    reason: m.reason,
                    class: verb_class(&m.task),
                });
            }
        }
        let scores = model
            .read_given(&given)
            .map_err(|e| ExtractError::Encoder { units: given.len(), problem: e.to_string() })?;
        let mut out = Precedents { model: model.weights_hash.clone(), ..Precedents::default() };
        for (entry, scores) in entries.into_iter().zip(scores) {
            let Some(scores) = scores else { continue };
            let top = scores.vector.iter().fold(0f32, |a, x| a.max(x.abs())).max(f32::MIN_POSITIVE);
            out.vectors.extend(scores.vector.iter().map(|x| (x * 127.0 / top).round() as i8));
            out.entries.push(entry);
        }
        let bytes = out.to_bytes();
        Precedents::from_bytes(&bytes, Path::new(FILE))
    }

    /// The nearest to a vector among those of the same level and class of verb.
    pub(super) fn nearest(&self, vector: &[f32], level: Level, task: &str) -> Vec<Precedent> {
        if self.is_empty() {
            return Vec::new();
        }
        let class = verb_class(task);
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        let width = vector.len();
        let mut near: Vec<Precedent> = Vec::new();
        for (i, e) in self.entries.iter().enumerate().filter(|(_, e)| e.level == level && e.class == class) {
            let row = &self.vectors[i * width..(i + 1) * width];
            let dot: f32 = row.iter().zip(vector).map(|(a, b)| f32::from(*a) * b).sum();
            // Rounded before they are compared, so that the last bits never decide what is shown.
            let similarity = (f64::from(dot / (length * self.lengths[i]).max(f32::MIN_POSITIVE)) * 1e3).round() / 1e3;
            if similarity >= LEAST {
                let (address, category) = (e.address.clone(), e.category);
                near.push(Precedent { address, similarity, level, category, reason: e.reason });
            }
        }
        near.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then_with(|| a.address.cmp(&b.address)));
        near.dedup_by(|a, b| a.address == b.address);
        near.truncate(KEPT);
        near
    }

    /// The file's bytes; the same precedents give the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let n = self.entries.len();
        let width = self.vectors.len().checked_div(n).unwrap_or(0);
        let entries = serde_json::to_string(&self.entries).expect("strings and labels");
        // By hand, for the crate would order its metadata by a random hash.
        let meta = serde_json::json!({
            "__metadata__": {"format": FORMAT, "model": self.model, "entries": entries},
            "vectors": {"dtype": "I8", "shape": [n, width], "data_offsets": [0, self.vectors.len()]},
        });
        let mut header = meta.to_string().into_bytes();
        header.resize(header.len().next_multiple_of(8), b' ');
        let mut out = (header.len() as u64).to_le_bytes().to_vec();
        out.extend(header);
        out.extend(self.vectors.iter().map(|x| x.to_le_bytes()[0]));
        out
    }

    /// Reads them from memory; `place` is for messages only.
    ///
    /// # Errors
    /// The bytes are not such a file.
    pub fn from_bytes(bytes: &[u8], place: &Path) -> Result<Self, ExtractError> {
        let fail = |problem: String| ExtractError::Damaged {
            place: place.display().to_string(),
            problem: format!("{problem}; make it again with `phancap train precedents` or remove it"),
        };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| fail(e.to_string()))?;
        let meta = header.metadata().clone().unwrap_or_default();
        let get = |key: &str| meta.get(key).ok_or_else(|| fail(format!("the header lacks `{key}`")));
        if get("format")? != FORMAT {
            return Err(fail(format!("format {}, this program reads format {FORMAT}", get("format")?)));
        }
        let entries: Vec<Entry> = serde_json::from_str(get("entries")?).map_err(|e| fail(e.to_string()))?;
        let file = SafeTensors::deserialize(bytes).map_err(|e| fail(e.to_string()))?;
        let tensor = file.tensor("vectors").map_err(|e| fail(e.to_string()))?;
        let [n, width] = *tensor.shape() else { return Err(fail("`vectors` is no matrix".to_owned())) };
        if tensor.dtype() != Dtype::I8 || n != entries.len() {
            return Err(fail(format!("`vectors` is {:?} of {n} rows for {} entries", tensor.dtype(), entries.len())));
        }
        let vectors: Vec<i8> = tensor.data().iter().map(|b| i8::from_le_bytes([*b])).collect();
        let lengths = vectors
            .chunks_exact(width.max(1))
            .map(|row| row.iter().map(|&x| f32::from(x) * f32::from(x)).sum::<f32>().sqrt())
            .collect();
        let model = get("model")?.clone();
        let hash = crate::text::hex(&Sha256::digest(bytes));
        Ok(Precedents { model, entries, vectors, lengths, hash })
    }

    /// Reads the file of a model folder; none where it is absent.
    ///
    /// # Errors
    /// It is there but not usable.
    pub fn load(dir: &Path) -> Result<Self, ExtractError> {
        let path = dir.join(FILE);
        match std::fs::read(&path) {
            Ok(bytes) => Self::from_bytes(&bytes, &path),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Precedents::default()),
            Err(source) => Err(ExtractError::Io { path, source }),
        }
    }

    /// Writes the file of a model folder, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self, dir: &Path) -> Result<(), ExtractError> {
        let path = dir.join(FILE);
        files::write_whole(&path, |out| out.write_all(&self.to_bytes()))
            .map_err(|source| ExtractError::Io { path: path.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(address: &str, level: Level, task: &str) -> Entry {
        Entry {
            address: address.into(),
            level,
            category: Category::KeepCentral,
            reason: Some(Reason::Macro),
            class: verb_class(task),
        }
    }

    fn three() -> Precedents {
        let made = Precedents {
            model: "m".into(),
            entries: vec![
                entry("1#a", Level::Bo, "cấp giấy phép"),
                entry("1#b", Level::Bo, "gia hạn giấy phép"),
                entry("1#c", Level::Tinh, "cấp giấy phép"),
            ],
            vectors: vec![127, 0, 64, 127, 127, 0],
            ..Precedents::default()
        };
        Precedents::from_bytes(&made.to_bytes(), Path::new("p")).unwrap()
    }

    #[test]
    fn verbs_of_one_kind_share_a_class() {
        for (a, b) in [
            ("cấp giấy phép bưu chính", "Xem xét, quyết định thu hồi giấy phép"),
            ("chủ trì, phối hợp với các bộ ban hành quy chuẩn", "quy định chi tiết Điều này"),
            ("tổ chức thanh tra", "kiểm tra, xử lý vi phạm"),
        ] {
            assert_eq!(verb_class(a), verb_class(b), "{a} / {b}");
        }
        assert_ne!(verb_class("cấp giấy phép"), verb_class("ban hành quy chuẩn"));
        assert_eq!(verb_class("nằm ngoài"), 0);
    }

    #[test]
    fn the_nearest_of_the_same_level_and_class_come_first() {
        let got = three().nearest(&[1.0, 0.0], Level::Bo, "thu hồi giấy phép");
        assert_eq!(got.len(), 1, "{got:?}");
        assert_eq!((got[0].address.as_str(), got[0].similarity), ("1#a", 1.0));
        let got = three().nearest(&[1.0, 1.0], Level::Bo, "thu hồi giấy phép");
        assert_eq!(got.iter().map(|p| p.address.as_str()).collect::<Vec<_>>(), ["1#b", "1#a"]);
        assert!(three().nearest(&[1.0, 0.0], Level::Bo, "báo cáo").is_empty());
    }

    #[test]
    fn a_cut_or_foreign_file_is_refused_with_the_remedy() {
        let bytes = three().to_bytes();
        for cut in [0, 4, bytes.len() / 2, bytes.len() - 1] {
            let error = Precedents::from_bytes(&bytes[..cut], Path::new("dir/p.safetensors")).unwrap_err().to_string();
            assert!(error.starts_with("dir/p.safetensors: ") && error.contains("phancap train precedents"), "{error}");
        }
        assert!(three().fits("m") && !three().fits("other"));
        assert!(Precedents::default().fits("other"));
    }
}
