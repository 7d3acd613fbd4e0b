//! Names of state bodies and office holders in a text, with their level.
//!
//! Invariant: pure and deterministic; offsets are Unicode characters of the string given. It reads words, so it finds
//! names that look like bodies; whether a body holds a power there is for the reader of the provision to say.
//! The names are those of the law on the organisation of Government and of the training labels' wording.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::Level;

/// A word or mark of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// First character.
    pub start: usize,
    /// End, exclusive.
    pub end: usize,
    /// Lower case, one tone placement for the few syllables that names of bodies hold.
    pub lower: String,
    /// Whether it begins with a capital.
    pub capital: bool,
}

impl Token {
    /// Whether it is a word and not a mark.
    pub fn is_word(&self) -> bool {
        self.lower.chars().next().is_some_and(char::is_alphanumeric)
    }
}

/// Splits a text into words and marks; white space is dropped.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut open = false;
    for (i, c) in text.chars().enumerate() {
        let word = c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c);
        if word && open {
            let last = out.last_mut().expect("a word is open");
            last.end = i + 1;
            last.lower.extend(c.to_lowercase());
        } else if word || !c.is_whitespace() {
            out.push(Token { start: i, end: i + 1, lower: c.to_lowercase().collect(), capital: c.is_uppercase() });
        }
        open = word;
    }
    for t in &mut out {
        if let Some(usual) = variant(&t.lower) {
            t.lower = usual.to_owned();
        }
    }
    out
}

fn variant(word: &str) -> Option<&'static str> {
    Some(match word {
        "uỷ" => "ủy",
        "toà" => "tòa",
        "huỷ" => "hủy",
        "uỷban" => "ủy ban",
        "hoá" => "hóa",
        "ubnd" => "ubnd",
        _ => return None,
    })
}

/// What sort of name a body has: decides how far the name reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A proper name that ends where its list says: Chính phủ, Bộ Y tế.
    Fixed,
    /// A head with a proper name after it: Cục …, Vụ …, Sở ….
    Named,
    /// A head described by what follows: cơ quan …, đơn vị …, Thủ trưởng ….
    Described,
    /// An actor outside the state: doanh nghiệp, tổ chức, cá nhân.
    Outside,
}

/// A name found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// First character of the name.
    pub start: usize,
    /// End of the name, exclusive.
    pub end: usize,
    /// Level that the name shows; [`Level::Khac`] where it shows none.
    pub level: Level,
    /// Sort of name.
    pub sort: Sort,
    /// First token of the name.
    pub(crate) first: usize,
    /// Token after the name.
    pub(crate) after: usize,
}

/// Names of ministries, present and past, without "Bộ".
const MINISTRIES: &str = "khoa học và công nghệ|khoa học, công nghệ và môi trường|khoa học công nghệ và môi trường|\
    khoa học, công nghệ|kh&cn|khcn|thông tin và truyền thông|thông tin truyền thông|tt&tt|tài chính|công an|quốc phòng|\
    công thương|công nghiệp|thương mại|nông nghiệp và phát triển nông thôn|nông nghiệp & phát triển nông thôn|\
    nông nghiệp và môi trường|nông nghiệp|thủy sản|tài nguyên và môi trường|tài nguyên môi trường|y tế|\
    giáo dục và đào tạo|giáo dục|lao động - thương binh và xã hội|lao động – thương binh và xã hội|\
    lao động-thương binh và xã hội|lao động, thương binh và xã hội|nội vụ|ngoại giao|tư pháp|xây dựng|\
    giao thông vận tải|kế hoạch và đầu tư|văn hóa, thể thao và du lịch|văn hóa thể thao và du lịch|\
    văn hóa - thông tin|văn hóa thông tin|bưu chính, viễn thông|bưu chính viễn thông|dân tộc và tôn giáo|tổng tham mưu|\
    tư lệnh bộ đội biên phòng";

/// Names that need nothing after them. Level codes stand before the colon; a name is matched as longest first.
const FIXED: &str = "QH:quốc hội|QH:ủy ban thường vụ quốc hội|QH:chủ tịch nước|QH:chủ tịch quốc hội|CP:chính phủ|\
    TTG:thủ tướng chính phủ|TTG:thủ tướng|TTG:phó thủ tướng chính phủ|BO:bộ trưởng|BO:lãnh đạo bộ|BO:thứ trưởng|\
    BO:các bộ, cơ quan ngang bộ, cơ quan thuộc chính phủ|BO:bộ, cơ quan ngang bộ, cơ quan thuộc chính phủ|\
    BO:các bộ, cơ quan ngang bộ|BO:bộ, cơ quan ngang bộ|BO:bộ, cơ quan ngang bộ và cơ quan thuộc chính phủ|\
    BO:các bộ, cơ quan ngang bộ và cơ quan thuộc chính phủ|BO:cơ quan thuộc chính phủ|\
    BO:bộ trưởng, thủ trưởng cơ quan ngang bộ|BO:bộ trưởng, thủ trưởng cơ quan ngang bộ, thủ trưởng cơ quan thuộc chính phủ|\
    BO:bộ trưởng, thủ trưởng cơ quan ngang bộ, cơ quan thuộc chính phủ|\
    BO:các bộ trưởng, thủ trưởng cơ quan ngang bộ, thủ trưởng cơ quan thuộc chính phủ|\
    BO:bộ quản lý ngành, lĩnh vực|BO:các bộ quản lý ngành, lĩnh vực|BO:bộ quản lý chuyên ngành|BO:bộ chủ quản|\
    BO:các bộ quản lý chuyên ngành|BO:bộ, ngành chủ quản|BO:bộ quản lý ngành|BO:bộ chủ trì|BO:bộ chuyên ngành|\
    BO:các bộ, ngành|BO:bộ, ngành|BO:các bộ ngành|BO:các bộ|BO:liên bộ|BO:cơ quan ngang bộ|KHAC:các bộ, ngành, địa phương|\
    KHAC:bộ, ngành, địa phương|KHAC:các bộ, ngành và địa phương|KHAC:các bộ, ngành, các địa phương|BO:văn phòng chính phủ|\
    BO:bộ trưởng, chủ nhiệm văn phòng chính phủ|BO:thanh tra chính phủ|BO:tổng thanh tra chính phủ|\
    BO:ngân hàng nhà nước việt nam|BO:ngân hàng nhà nước|BO:thống đốc ngân hàng nhà nước việt nam|\
    BO:thống đốc ngân hàng nhà nước|BO:bảo hiểm xã hội việt nam|BO:thông tấn xã việt nam|BO:đài truyền hình việt nam|\
    BO:đài tiếng nói việt nam|BO:ủy ban dân tộc|BO:bộ tư lệnh|CUC:ban cơ yếu chính phủ|CUC:thanh tra bộ|\
    CUC:chánh thanh tra bộ|CUC:văn phòng bộ|CUC:chánh văn phòng bộ|CUC:vnnic|CUC:tổng cục, cục|CUC:các tổng cục, cục|\
    CUC:tổng cục và cục quản lý chuyên ngành|\
    CUC:các tổng cục, cục quản lý chuyên ngành|CUC:tổng cục, cục quản lý chuyên ngành|CUC:cục quản lý chuyên ngành|CUC:kho bạc nhà nước|CUC:tổng cục trưởng|CUC:cục trưởng|CUC:vụ trưởng|CUC:thủ trưởng đơn vị thuộc bộ|\
    CUC:văn phòng các chương trình|CUC:bộ đội biên phòng|TINH:ủy ban nhân dân các tỉnh, thành phố trực thuộc trung ương|\
    TINH:ủy ban nhân dân tỉnh, thành phố trực thuộc trung ương|TINH:ủy ban nhân dân tỉnh, thành phố|\
    TINH:ủy ban nhân dân các tỉnh, thành phố|TINH:ủy ban nhân dân cấp tỉnh|TINH:ubnd cấp tỉnh|\
    TINH:ubnd tỉnh, thành phố trực thuộc trung ương|TINH:ubnd các tỉnh, thành phố trực thuộc trung ương|\
    TINH:ubnd tỉnh, thành phố|TINH:ubnd các tỉnh, thành phố|TINH:ubnd tỉnh|TINH:ubnd thành phố|TINH:ủy ban nhân dân tỉnh|\
    TINH:ủy ban nhân dân thành phố|TINH:hội đồng nhân dân cấp tỉnh|TINH:hội đồng nhân dân tỉnh, thành phố trực thuộc trung ương|\
    TINH:hội đồng nhân dân các tỉnh, thành phố trực thuộc trung ương|TINH:hội đồng nhân dân tỉnh|TINH:hội đồng nhân dân thành phố|\
    TINH:hđnd cấp tỉnh|TINH:hđnd tỉnh|TINH:hội đồng nhân dân|TINH:ủy ban nhân dân|TINH:ubnd|TINH:hđnd|\
    TINH:chính quyền địa phương cấp tỉnh|TINH:các tỉnh, thành phố trực thuộc trung ương|TINH:các sở|\
    TINH:cơ quan chuyên môn thuộc ủy ban nhân dân cấp tỉnh|HUYEN:ủy ban nhân dân cấp huyện|HUYEN:ubnd cấp huyện|\
    HUYEN:ủy ban nhân dân huyện|HUYEN:ubnd huyện|HUYEN:ủy ban nhân dân quận|HUYEN:ủy ban nhân dân các quận, huyện|\
    HUYEN:ủy ban nhân dân quận, huyện|HUYEN:ủy ban nhân dân huyện, quận, thị xã, thành phố thuộc tỉnh|\
    HUYEN:hội đồng nhân dân cấp huyện|XA:ủy ban nhân dân cấp xã|XA:ubnd cấp xã|XA:ủy ban nhân dân xã|\
    XA:ủy ban nhân dân xã, phường, thị trấn|XA:ủy ban nhân dân các xã, phường, thị trấn|XA:ubnd xã|\
    XA:hội đồng nhân dân cấp xã|XA:ủy ban nhân dân phường|KHAC:ủy ban nhân dân các cấp|KHAC:ubnd các cấp|\
    KHAC:công an các cấp|KHAC:người có thẩm quyền|KHAC:cấp có thẩm quyền|KHAC:nhà nước|KHAC:tòa án|KHAC:tòa án nhân dân|\
    KHAC:tòa án nhân dân tối cao|KHAC:viện kiểm sát nhân dân|KHAC:viện kiểm sát nhân dân tối cao|KHAC:kiểm toán nhà nước|\
    KHAC:cảnh sát biển|KHAC:quản lý thị trường|KHAC:bộ phận một cửa|KHAC:chính quyền địa phương|KHAC:chính quyền địa phương các cấp";

/// Heads with a proper name after them.
const NAMED: &str = "CUC:tổng cục|CUC:cục|CUC:vụ|CUC:viện|CUC:trung tâm|TINH:sở|TINH:các sở|TINH:giám đốc sở|\
    TINH:chi cục|TINH:chi cục trưởng|HUYEN:phòng|CUC:học viện|BO:đài|CUC:các cục|CUC:các vụ|CUC:quân chủng|CUC:binh chủng|\
    CUC:tổng cục trưởng tổng cục|CUC:cục trưởng cục|CUC:vụ trưởng vụ|CUC:giám đốc trung tâm|CUC:viện trưởng viện|CUC:văn phòng|\
    CUC:ban|KHAC:công an|TINH:công an tỉnh|KHAC:hải quan|TINH:ban quản lý khu công nghệ cao|TINH:ban quản lý|CUC:chánh văn phòng|\
    CUC:tổng công ty|CUC:chánh thanh tra|CUC:thanh tra";

/// Heads that what follows describes.
const DESCRIBED: &str = "cơ quan|các cơ quan|đơn vị|các đơn vị|thủ trưởng|thủ trưởng các|thủ trưởng cơ quan|thủ trưởng đơn vị|\
    người đứng đầu|đoàn kiểm tra|trưởng đoàn kiểm tra|đoàn thanh tra|trưởng đoàn thanh tra|\
    ban chỉ huy|ban quản lý|trạm|đồn|chỉ huy|\
    thanh tra viên|chiến sĩ|cảng vụ|đại sứ quán|cơ quan đại diện";

/// Actors outside the state.
const OUTSIDE: &str = "doanh nghiệp|các doanh nghiệp|tổ chức, cá nhân|các tổ chức, cá nhân|cá nhân|người nộp đơn|chủ đầu tư|nhà đầu tư|\
    cơ sở|các cơ sở|thuê bao|tổ chức chủ trì|người sử dụng|chủ sở hữu|nhà thầu|người yêu cầu|chủ nhiệm|tổ chức chứng nhận|\
    tổ chức thử nghiệm|tổ chức giám định|tổ chức kiểm định|người lao động|viên chức|tác giả|người tiêu dùng|người nộp thuế|\
    tổ chức tín dụng|người nhập khẩu|người sản xuất|người bán hàng|nhà sản xuất|chủ thể|tổ chức đánh giá sự phù hợp|trường|nhà trường|\
    các bên|bên giao|bên nhận|ngân hàng|chủ quản hệ thống thông tin|người khai hải quan|đại diện|tổ chức đăng ký|thành viên|\
    nhà cung cấp|tổ chức cung cấp dịch vụ|nhà xuất bản|báo chí|cơ quan báo chí|tập đoàn|công ty|hiệp hội|hội|người vận hành|hội đồng|tổ thẩm định|tổ chuyên gia|quỹ|\
    ban chủ nhiệm|ban điều hành|giám đốc|tổng giám đốc|chủ tịch|bộ phận|tổ công tác|tổ chức|các tổ chức|cơ quan, tổ chức|các cơ quan, tổ chức|\
    cơ quan, tổ chức, cá nhân|các cơ quan, tổ chức, cá nhân|cơ quan, đơn vị|trưởng ban|ban chỉ đạo|kiểm soát viên|\
    đơn vị vận hành|đơn vị chủ trì|đơn vị sử dụng|đơn vị tham gia|đơn vị đề xuất|đơn vị tư vấn|đơn vị cung cấp|các cơ quan, doanh nghiệp|\
    cơ quan, tổ chức, doanh nghiệp|cơ quan, doanh nghiệp|các cơ quan, tổ chức, doanh nghiệp|cơ quan, đơn vị, doanh nghiệp|đơn vị thực hiện";

struct Lexicon {
    /// Phrase → level and sort.
    entries: HashMap<String, (Option<Level>, Sort)>,
    ministries: HashSet<String>,
    longest: usize,
}

fn join(tokens: &[Token]) -> String {
    tokens.iter().map(|t| t.lower.as_str()).collect::<Vec<_>>().join(" ")
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let key = |phrase: &str| join(&tokens(phrase));
    let mut entries = HashMap::new();
    for phrase in OUTSIDE.split('|') {
        entries.insert(key(phrase), (None, Sort::Outside));
    }
    for phrase in DESCRIBED.split('|') {
        entries.insert(key(phrase), (Some(Level::Khac), Sort::Described));
    }
    for (list, sort) in [(NAMED, Sort::Named), (FIXED, Sort::Fixed)] {
        for entry in list.split('|') {
            let (level, phrase) = entry.split_once(':').expect("entries are LEVEL:name");
            entries.insert(key(phrase), (Some(level.parse().expect("a level's code")), sort));
        }
    }
    let chairs: Vec<(String, (Option<Level>, Sort))> = entries
        .iter()
        .filter(|(k, _)| k.starts_with("ủy ban nhân dân") || k.starts_with("ubnd"))
        .map(|(k, v)| (format!("chủ tịch {k}"), *v))
        .collect();
    entries.extend(chairs);
    let longest = entries.keys().map(|k| k.split(' ').count()).max().unwrap_or(1);
    Lexicon { entries, ministries: MINISTRIES.split('|').map(key).collect(), longest }
});

/// Words at which a name that is described or proper ends.
const STOPS: &str = "có|phải|được|sẽ|để|trong|theo|tại|là|căn|với|cho|thì|trước|sau|khi|do|hoặc|nếu|từ|đã|không|cùng|bằng|nhằm|\
    các|kể|chịu|chỉ|hằng|giúp|trên|gửi|mà|như|này|đó|đến|qua|vào|nhưng|kịp|mình|nói|liên|những|mọi|ngoài|đồng|trừ";

static STOP_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| STOPS.split('|').map(str::trim).collect());

/// Words that begin a power or duty; a lower-case one ends a name.
pub(crate) static VERBS: LazyLock<Verbs> = LazyLock::new(Verbs::new);

const VERB_PHRASES: &str = "ban hành|quyết định|phê duyệt|phê chuẩn|cấp|thu hồi|thẩm định|thẩm tra|kiểm tra|thanh tra|hướng dẫn|tổ chức|\
    chủ trì|phối hợp|quy định|công bố|xây dựng|trình|quản lý|xử lý|xử phạt|chỉ đạo|thực hiện|triển khai|báo cáo|tổng hợp|giám sát|\
    công nhận|chỉ định|cho phép|chấp thuận|xem xét|xét|đình chỉ|tạm đình chỉ|hủy bỏ|gia hạn|sửa đổi|đánh giá|xác nhận|thông báo|\
    tiếp nhận|giải quyết|bố trí|bảo đảm|đảm bảo|phân bổ|giao|thành lập|phân công|phân cấp|ủy quyền|hủy|yêu cầu|tuyên truyền|phổ biến|\
    đào tạo|bồi dưỡng|hỗ trợ|quy hoạch|lập|cung cấp|ký|theo dõi|đôn đốc|vận hành|duy trì|cập nhật|rà soát|đề xuất|tham mưu|\
    khen thưởng|trưng cầu|xếp hạng|từ chối|ấn định|tạm dừng|tạm ngừng|tịch thu|trả lại|lưu trữ|chấm dứt|lựa chọn|xác định|hợp tác|\
    áp dụng|thống kê|kiến nghị|đề nghị|cử|giúp|tạo điều kiện|khuyến khích|ưu tiên|đầu tư|kiểm soát|phát triển|nghiên cứu|thống nhất|\
    huy động|phát hiện|ngăn chặn|cưỡng chế|điều chỉnh|bổ sung|điều phối|đàm phán|ra quyết định|ra thông báo|ra văn bản|tiến hành|\
    có văn bản|có ý kiến|cho ý kiến|lấy ý kiến|gửi báo cáo|thu thập|làm đầu mối|đầu mối|tham gia|dự thảo|chứng thực|thiết lập|kết nối|\
    khai thác|chia sẻ|hoàn thiện|hoàn chỉnh|xác minh|làm thủ tục|tạo lập|niêm yết|niêm phong|công khai|đăng tải|bãi bỏ|lãnh đạo|\
    đưa|thúc đẩy|loại bỏ|tăng cường|nâng cao|cảnh báo|phân tích|tự|chủ động|thường xuyên|kịp thời|trực tiếp|định kỳ|tiếp tục|\
    xúc tiến|bảo vệ|tước quyền|phạt tiền|phạt cảnh cáo|ghi nhận|đăng ký|chuyển|chuyển giao|phản hồi|đại diện|tư vấn|ứng dụng|\
    cân đối|sơ kết|tổng kết|biểu dương|tìm kiếm|phụ trách|nắm|thẩm xét|quyết toán|sử dụng|thu|đặt hàng|tuyển chọn|nghiệm thu|\
    bổ nhiệm|miễn nhiệm|truy tìm|vận động|chỉnh lý|xin ý kiến|góp ý|trả lời|phân loại|phân nhóm|cùng|đồng thời|bàn giao|hoàn thành";

/// Verb phrases by their words.
pub(crate) struct Verbs {
    phrases: HashSet<Vec<String>>,
    longest: usize,
}

impl Verbs {
    fn new() -> Self {
        let phrases: HashSet<Vec<String>> =
            VERB_PHRASES.split('|').map(|p| p.trim().split(' ').map(str::to_owned).collect()).collect();
        let longest = phrases.iter().map(Vec::len).max().unwrap_or(1);
        Verbs { phrases, longest }
    }

    /// Number of tokens of the verb phrase that begins at `i`; 0 if none does.
    pub fn at(&self, tokens: &[Token], i: usize) -> usize {
        (1..=self.longest.min(tokens.len() - i.min(tokens.len())))
            .rev()
            .find(|&n| {
                let words: Vec<String> = tokens[i..i + n].iter().map(|t| t.lower.clone()).collect();
                self.phrases.contains(&words)
            })
            .unwrap_or(0)
    }
}

/// All names in a text, in order and without overlap.
pub fn find(text: &str) -> Vec<Authority> {
    find_in(&tokens(text))
}

pub(crate) fn find_in(tokens: &[Token]) -> Vec<Authority> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        match at(tokens, i) {
            Some(found) => {
                i = found.after.max(i + 1);
                out.push(found);
            }
            None => i += 1,
        }
    }
    out
}

/// The level that a name shows, as a register or a model's decoding would ask it. Empty for names that are no body's.
pub fn level_of(name: &str) -> Option<Level> {
    let tokens = tokens(name);
    let found = find_in(&tokens).into_iter().find(|a| a.sort != Sort::Outside)?;
    Some(local_cue(&join(&tokens)).filter(|_| found.sort != Sort::Fixed).unwrap_or(found.level))
}

/// Level told by words of a described name: "cơ quan chuyên môn thuộc Ủy ban nhân dân cấp tỉnh".
fn local_cue(name: &str) -> Option<Level> {
    let any = |cues: &[&str]| cues.iter().any(|c| name.contains(c));
    if any(&["cấp huyện", "quận , huyện", "thuộc huyện"]) {
        Some(Level::Huyen)
    } else if any(&["cấp xã", "xã , phường"]) {
        Some(Level::Xa)
    } else if any(&[
        "cấp tỉnh",
        "thuộc tỉnh",
        "tỉnh , thành phố",
        "ở địa phương",
        "thuộc sở",
        "ủy ban nhân dân tỉnh",
        "địa phương cấp tỉnh",
    ]) {
        Some(Level::Tinh)
    } else if any(&[
        "thuộc bộ",
        "trực thuộc bộ",
        "thuộc tổng cục",
        "thuộc cục",
        "của bộ",
        "thuộc các bộ",
        "quản lý kinh phí",
        "quản lý nhiệm vụ",
        "quản lý chuyên môn",
        "thường trực chương trình",
        "chuyên ngành về",
    ]) {
        Some(Level::Cuc)
    } else {
        None
    }
}

fn at(tokens: &[Token], i: usize) -> Option<Authority> {
    if !tokens[i].is_word() {
        return None;
    }
    let build = |after: usize, level: Level, sort: Sort| {
        let after = acronym(tokens, after);
        Authority { start: tokens[i].start, end: tokens[after - 1].end, level, sort, first: i, after }
    };
    if let Some(after) = ministry(tokens, i) {
        return Some(build(after, Level::Bo, Sort::Fixed));
    }
    let lexicon = &*LEXICON;
    let mut key = String::new();
    let mut best = None;
    for n in 1..=lexicon.longest.min(tokens.len() - i) {
        if n > 1 {
            key.push(' ');
        }
        key.push_str(&tokens[i + n - 1].lower);
        if let Some(&(level, sort)) = lexicon.entries.get(&key) {
            // Heads of one word are words of the language too (`vụ`, `sở`, `phòng`): only the capital tells.
            let proper = n > 1
                || tokens[i].capital
                || matches!(sort, Sort::Described | Sort::Outside)
                || level == Some(Level::Khac);
            let government = key != "chính phủ" || tokens[i].capital;
            let named = sort != Sort::Named || tokens.get(i + n).is_some_and(|t| t.capital);
            if proper && government && named {
                best = Some((n, level, sort));
            }
        }
    }
    let (n, level, sort) = best?;
    let level = level.unwrap_or(Level::Khac);
    match sort {
        Sort::Outside => Some(build(i + n, level, sort)),
        Sort::Fixed => {
            let after = place(tokens, i + n, level);
            Some(build(after, level, sort))
        }
        Sort::Named => {
            let after = extend(tokens, i + n, false);
            let name = join(&tokens[i..after]);
            let after = with_owner(tokens, after);
            let whole = join(&tokens[i..after]);
            let level = if level == Level::Cuc || level == Level::Khac {
                local_cue(&whole).filter(|_| whole != name || level == Level::Khac).unwrap_or(level)
            } else {
                level
            };
            Some(build(after, level, sort))
        }
        Sort::Described => {
            let after = extend(tokens, i + n, true);
            let after = with_owner(tokens, after);
            let level = local_cue(&join(&tokens[i..after])).unwrap_or(level);
            Some(build(after, level, sort))
        }
    }
}

/// `[Bộ trưởng] Bộ <name of a ministry>`: token after it.
fn ministry(tokens: &[Token], i: usize) -> Option<usize> {
    let word = |j: usize| tokens.get(j).map_or("", |t| t.lower.as_str());
    let mut j = i;
    if matches!((word(j), word(j + 1)), ("bộ" | "thứ", "trưởng")) {
        j += 2;
    }
    if word(j) != "bộ" {
        return None;
    }
    let lexicon = &*LEXICON;
    (1..=10.min(tokens.len().saturating_sub(j + 1)))
        .rev()
        .find(|&n| lexicon.ministries.contains(&join(&tokens[j + 1..j + 1 + n])))
        .map(|n| j + 1 + n)
}

/// A unit or short form in brackets belongs to the name: "Bộ Thông tin và Truyền thông (Cục Viễn thông)".
fn acronym(tokens: &[Token], after: usize) -> usize {
    if tokens.get(after).is_none_or(|t| t.lower != "(") {
        return after;
    }
    let Some(close) = (after + 1..tokens.len().min(after + 16)).find(|&i| tokens[i].lower == ")") else { return after };
    let first = &tokens[after + 1];
    let unit = matches!(first.lower.as_str(), "cục" | "vụ" | "tổng" | "vnnic" | "trung" | "thanh" | "qua")
        && (first.capital || first.lower == "qua");
    if unit && first.lower != "qua" { close + 1 } else { after }
}

/// Names of places after a people's committee: "Ủy ban nhân dân thành phố Hà Nội".
fn place(tokens: &[Token], mut after: usize, level: Level) -> usize {
    let at_place = matches!(level, Level::Tinh | Level::Huyen | Level::Xa)
        && after > 0
        && matches!(tokens[after - 1].lower.as_str(), "tỉnh" | "phố" | "huyện" | "quận" | "xã" | "phường");
    if at_place {
        while tokens.get(after).is_some_and(|t| t.capital) {
            after += 1;
        }
    }
    after
}

/// End of a proper (`described`: of a described) name that has begun.
fn extend(tokens: &[Token], begin: usize, described: bool) -> usize {
    let mut i = begin;
    let lower = |j: usize| tokens.get(j).map_or("", |t| t.lower.as_str());
    // What stands right behind a describing head belongs to it, verb or not: "cơ quan tiếp nhận", "cơ quan có thẩm quyền".
    if described {
        if lower(i) == "có" && lower(i + 1) == "thẩm" {
            return i + 3.min(tokens.len() - i);
        }
        if lower(i) == "được" && matches!(lower(i + 1), "giao" | "phân" | "ủy") {
            i += 2;
        }
        let whole = begin > 0 && matches!(tokens[begin - 1].lower.as_str(), "tra" | "viên" | "trạm");
        let verb = if i < tokens.len() && !whole { VERBS.at(tokens, i) } else { 0 };
        i += verb;
        // "cơ quan chủ trì kiểm tra | thông báo": of three verbs in a row the second still belongs to the name.
        let second = if verb > 0 && i < tokens.len() { VERBS.at(tokens, i) } else { 0 };
        if second > 0 && i + second < tokens.len() && VERBS.at(tokens, i + second) > 0 {
            i += second;
        }
    }
    while let Some(t) = tokens.get(i) {
        if !t.is_word() {
            let dash = matches!(t.lower.as_str(), "-" | "–" | "," | "&");
            let joined =
                dash && !described && tokens.get(i + 1).is_some_and(|n| n.capital) && at_head(tokens, i + 1).is_none();
            if joined {
                i += 1;
                continue;
            }
            break;
        }
        if t.lower == "có" && lower(i + 1) == "thẩm" && described {
            i = (i + 3).min(tokens.len());
            break;
        }
        if t.lower == "và" {
            let Some(next) = tokens.get(i + 1) else { break };
            if !next.is_word() || at_head(tokens, i + 1).is_some() || STOP_WORDS.contains(next.lower.as_str()) {
                break;
            }
            if !next.capital && VERBS.at(tokens, i + 1) > 0 {
                break;
            }
            i += 2;
            continue;
        }
        let verb = !t.capital && VERBS.at(tokens, i) > 0;
        let law = described && matches!(t.lower.as_str(), "nhà" | "quản" | "chuyên");
        if (verb && !law)
            || (STOP_WORDS.contains(t.lower.as_str()) && !t.capital)
            || (i > begin && at_head(tokens, i).is_some())
        {
            break;
        }
        if matches!(t.lower.as_str(), "thuộc" | "của" | "trực") {
            break;
        }
        i += 1;
    }
    while i > begin && matches!(tokens[i - 1].lower.as_str(), "và" | "về" | "," | "-") {
        i -= 1;
    }
    i.max(begin.min(tokens.len()))
}

/// Whether a body's name begins there; looks at the lexicon only, so it cannot recurse.
fn at_head(tokens: &[Token], i: usize) -> Option<usize> {
    if let Some(after) = ministry(tokens, i) {
        return Some(after);
    }
    let mut key = String::new();
    (1..=4.min(tokens.len() - i)).find(|&n| {
        if n > 1 {
            key.push(' ');
        }
        key.push_str(&tokens[i + n - 1].lower);
        matches!(LEXICON.entries.get(&key), Some((_, Sort::Fixed))) && (n > 1 || tokens[i].capital)
    })
}

/// "… thuộc Bộ X", "… của Bộ X", "các tỉnh, thành phố trực thuộc Trung ương" behind a name.
fn with_owner(tokens: &[Token], after: usize) -> usize {
    let lower = |j: usize| tokens.get(j).map_or("", |t| t.lower.as_str());
    if lower(after) == "các" && lower(after + 1) == "tỉnh" {
        return place_list(tokens, after + 1);
    }
    if lower(after) == "tỉnh" && lower(after + 1) == "," {
        return place_list(tokens, after);
    }
    let skip = match (lower(after), lower(after + 1)) {
        ("thuộc", _) => 1,
        ("trực", "thuộc") => 2,
        _ => return after,
    };
    if let Some(next) = tokens.get(after + skip).and_then(|_| at_owner(tokens, after + skip)) { next } else { after }
}

fn at_owner(tokens: &[Token], i: usize) -> Option<usize> {
    let mut key = String::new();
    let fixed = (1..=12.min(tokens.len() - i))
        .filter(|&n| {
            if n > 1 {
                key.push(' ');
            }
            key.push_str(&tokens[i + n - 1].lower);
            matches!(LEXICON.entries.get(&key), Some((_, Sort::Fixed)))
        })
        .last();
    let named = LEXICON.entries.get(&tokens[i].lower).is_some_and(|(_, s)| *s == Sort::Named)
        || (i + 1 < tokens.len()
            && LEXICON.entries.get(&join(&tokens[i..i + 2])).is_some_and(|(_, s)| *s == Sort::Named));
    ministry(tokens, i)
        .or(fixed.map(|n| i + n))
        .or((tokens[i].lower == "bộ").then_some(i + 1))
        .or(named.then(|| extend(tokens, i + 1, false)))
}

fn place_list(tokens: &[Token], tinh: usize) -> usize {
    let words = ["tỉnh", ",", "thành", "phố", "trực", "thuộc", "trung", "ương"];
    let n = words.iter().enumerate().take_while(|(k, w)| tokens.get(tinh + k).is_some_and(|t| t.lower == **w)).count();
    tinh + if n >= 8 { 8 } else { n.min(4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, Level)> {
        let chars: Vec<char> = text.chars().collect();
        find(text).into_iter().map(|a| (chars[a.start..a.end].iter().collect(), a.level)).collect()
    }

    #[test]
    fn finds_names_with_their_level() {
        let cases = [
            ("Bộ trưởng Bộ Khoa học và Công nghệ quyết định", "Bộ trưởng Bộ Khoa học và Công nghệ", Level::Bo),
            ("Cục An toàn bức xạ và hạt nhân cấp giấy phép", "Cục An toàn bức xạ và hạt nhân", Level::Cuc),
            ("Sở Thông tin và Truyền thông có trách nhiệm", "Sở Thông tin và Truyền thông", Level::Tinh),
            ("Uỷ ban nhân dân cấp xã xác nhận", "Uỷ ban nhân dân cấp xã", Level::Xa),
            ("Chủ tịch Ủy ban nhân dân cấp huyện quyết định", "Chủ tịch Ủy ban nhân dân cấp huyện", Level::Huyen),
            ("cơ quan nhà nước có thẩm quyền xử lý", "cơ quan nhà nước có thẩm quyền", Level::Khac),
            ("Thủ tướng Chính phủ phê duyệt", "Thủ tướng Chính phủ", Level::Ttg),
            ("Ủy ban nhân dân thành phố Hà Nội tổ chức", "Ủy ban nhân dân thành phố Hà Nội", Level::Tinh),
        ];
        for (text, name, level) in cases {
            assert_eq!(names(text)[0], (name.to_owned(), level), "{text}");
        }
        assert!(names("nhiệm vụ, sở hữu, bộ phận rời").iter().all(|(_, l)| *l == Level::Khac));
    }

    #[test]
    fn level_of_a_described_name_comes_from_its_owner() {
        assert_eq!(level_of("Cơ quan chuyên môn thuộc Ủy ban nhân dân cấp tỉnh"), Some(Level::Tinh));
        assert_eq!(level_of("đơn vị thuộc Bộ"), Some(Level::Cuc));
        assert_eq!(level_of("Điều 5"), None);
    }

    #[test]
    fn any_text_is_read_without_panic() {
        for text in [
            "",
            "Bộ",
            "bộ trưởng bộ",
            "Sở ,",
            "cơ quan có",
            "cơ quan được giao",
            "thuộc",
            "Ủy ban nhân dân các tỉnh,",
            "và và",
        ] {
            let _ = (find(text), level_of(text));
        }
    }
}
