//! From a provision to holder–task pairs.

use std::sync::LazyLock;

use regex::Regex;

use super::category;
use crate::law::authority::{Authority, Sort, Token, VERBS, find_in, tokens};
use crate::law::{HolderIn, Kind, Level, Mention, Prediction, Unit};
use crate::text::{NormalisedLine, normalise_line};

/// One string of the unit in normal form.
struct Line {
    normal: NormalisedLine,
    chars: Vec<char>,
    tokens: Vec<Token>,
    bodies: Vec<Authority>,
}

impl Line {
    fn new(text: &str) -> Self {
        let normal = normalise_line(text);
        let tokens = tokens(&normal.text);
        let bodies = find_in(&tokens);
        Line { chars: normal.text.chars().collect(), normal, tokens, bodies }
    }

    fn word(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| &t.lower)
    }

    /// Whether the words stand at token `i`.
    fn has(&self, i: usize, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(k, w)| self.word(i + k) == w)
    }

    fn slice(&self, start: usize, end: usize) -> String {
        self.chars[start..end].iter().collect()
    }
}

/// Headings under which nothing is a task.
static IDLE_HEADINGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^điều\s+\w+\.?\s*(giải\ thích\ (từ\ ngữ|thuật)|phạm\ vi|đối\ tượng\ áp|hiệu\ lực|điều\ khoản\ (thi|chuyển)|
        quy\ định\ chuyển|hành\ vi|các\ hành\ vi|bãi\ bỏ|trách\ nhiệm\ thi\ hành|chữ\ viết\ tắt|ký\ hiệu)",
    )
    .expect("a fixed pattern")
});

/// Headings under which only a provision that names who acts can be a task.
static WEAK_HEADINGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^điều\s+\w+\.?\s*(hồ\ sơ|điều\ kiện|vi\ phạm|nguyên\ tắc|quyền\ của|quyền\ và|nghĩa\ vụ|nguồn\ kinh|tiêu\ chí|định\ mức|
        mức\ (chi|thu)|cơ\ cấu|hình\ thức|ưu\ đãi|các\ trường\ hợp\ (không|bị)|yêu\ cầu|xử\ phạt|nội\ dung\ chi|chế\ độ\ báo\ cáo|kinh\ phí|
        phân\ loại)",
    )
    .expect("a fixed pattern")
});

/// Heads that speak of actors outside the state.
static OUTSIDE_LEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)(trách\ nhiệm|quyền|nghĩa\ vụ|quyền\ hạn|nhiệm\ vụ)(\ (và|,)\ (nghĩa\ vụ|trách\ nhiệm|quyền(\ hạn)?))?\ của\ (các\ )?
        (doanh\ nghiệp|tổ\ chức|cá\ nhân|chủ|người|nhà\ |bên|cơ\ sở|hội\ đồng|ban\ chủ\ nhiệm|thành\ viên|chuyên\ gia|thư\ ký|đại\ diện|
        ban\ kiểm\ soát|giám\ đốc\ (quỹ|trung)|quỹ|trường|viện|công\ ty|tập\ đoàn|hiệp\ hội|báo|cơ\ quan\ báo|kế\ toán|trưởng\ ban|tổ\ trưởng)",
    )
    .expect("a fixed pattern")
});

/// Texts that are never tasks, by their opening or their form.
static IDLE_TEXTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(đơn|giấy|bản|văn\ bản\ đề|tờ\ khai|hồ\ sơ|phiếu|biên\ bản|tài\ liệu|danh\ sách|ảnh|phạt\ tiền|phạt\ cảnh|là\ [^cđ]|không\ |
        được\ |có\ (đủ|ít|bằng|trình|năng|trụ|đội)|đối\ tượng|tiêu\ chuẩn|mức\ |chi\ |tên\ |địa\ chỉ|số\ lượng|nghị\ định\ này|thông\ tư\ này|
        luật\ này|quyết\ định\ này|quy\ chế\ này)|
        chịu\ trách\ nhiệm\ thi\ hành|có\ hiệu\ lực\ (kể\ )?từ|có\ hiệu\ lực\ thi\ hành|hết\ hiệu\ lực|bãi\ bỏ\ (các|thông|quyết|nghị|khoản|điều)|
        phản\ ánh\ (kịp|về|bằng)|kịp\ thời\ phản\ ánh|sau\ đây\ gọi\ (tắt\ )?là\ .{0,40}$",
    )
    .expect("a fixed pattern")
});

/// Implementation clauses.
static EXECUTES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(tổ chức )?(thi hành|thực hiện) (thông tư|nghị định|quyết định|luật|quy chế|thông tư liên tịch) này\.?(/\.?)?$").expect("a fixed pattern")
});

/// Verbs of handling papers: alone they are a step of a procedure.
static STEPS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^((phải\ |có\ trách\ nhiệm\ )?(tiếp\ nhận|thông\ báo|gửi|trả|chuyển|hoàn\ thiện|yêu\ cầu\ .{0,40}bổ\ sung|kiểm\ tra\ (tính|hồ\ sơ)|
        lập\ biên|xem\ xét\ hồ|kiểm\ tra,\ xem\ xét\ hồ|hướng\ dẫn\ .{0,30}(hoàn|bổ)|trả\ lời|vào\ sổ|ghi\ |mở\ hồ|niêm\ phong|lưu|cấp\ giấy\ tiếp|cử\ ))",
    )
    .expect("a fixed pattern")
});

/// Handling papers and telling parties, where it is all that the clause does.
static HANDLES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(tiếp\ nhận|thông\ báo|gửi|trả|chuyển\ |hoàn\ thiện|yêu\ cầu|kiểm\ tra\ (tính|sự|hồ\ sơ)|lập\ biên|mở\ hồ|niêm\ phong|vào\ sổ|ký\ (kết\ )?hợp|
        thanh\ lý|đăng\ ký\ nhu|nộp|lấy\ ý\ kiến|có\ văn\ bản\ (thông|trả|đề|gửi|yêu)|xem\ xét\ (tính|hồ|và\ thông)|tổ\ chức\ (họp|hiệp|phiên|mở|lấy)|lập\ hồ)",
    )
    .expect("a fixed pattern")
});

/// Deciding verbs: with one of them a provision with a time limit is a task all the same.
static DECIDES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)(^|[\s,])(cấp(\ lại|\ đổi)?|quyết\ định|phê\ duyệt|ban\ hành|công\ nhận|chỉ\ định|thu\ hồi|đình\ chỉ|gia\ hạn|chấp\ thuận|cho\ phép|
        xác\ nhận|hủy\ bỏ|thẩm\ định|từ\ chối)\ ",
    )
    .expect("a fixed pattern")
});

/// Where a span ends before the sentence does.
static TAILS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x),?\s+(theo\ (đúng\ )?(các\ )?quy\ định|theo\ thẩm\ quyền$|trong\ thời\ hạn\ |trong\ vòng\ |trên\ cơ\ sở\ |theo\ mẫu\ |sau\ khi\ có\ |
        theo\ phân\ công|trước\ ngày\ |theo\ trình\ tự|để\ tổng\ hợp|kể\ từ\ ngày|chậm\ nhất|trừ\ trường\ hợp)",
    )
    .expect("a fixed pattern")
});

/// What a task takes from its lead-in.
struct Lead {
    line: Line,
    holder: Option<Authority>,
    /// The lead ends in a verb whose object the provision gives.
    verb: bool,
    /// The lead speaks of an actor outside the state, or of papers, conditions, definitions.
    idle: bool,
}

/// The holder that a lead-in names, its nearest part first.
fn lead(unit: &Unit) -> Lead {
    let line = Line::new(&unit.lead);
    let lower = line.normal.text.to_lowercase();
    let heading = lower.split(" | ").next().unwrap_or("").to_owned();
    let last = lower.rsplit(" | ").next().unwrap_or("").to_owned();
    let mut idle = IDLE_HEADINGS.is_match(&heading) || WEAK_HEADINGS.is_match(&heading) || OUTSIDE_LEAD.is_match(&last);
    let mut out = (None, false);
    // Borders of the parts, in tokens.
    let mut bounds = vec![0];
    bounds.extend((0..line.tokens.len()).filter(|&i| line.word(i) == "|").map(|i| i + 1));
    let mut end = line.tokens.len();
    for &begin in bounds.iter().rev() {
        let stop = if end > begin && line.word(end - 1) == "|" { end - 1 } else { end };
        let inside: Vec<&Authority> = line.bodies.iter().filter(|a| a.first >= begin && a.after <= stop).collect();
        if let Some((holder, verb)) = lead_part(&line, &inside, begin, stop) {
            if holder.sort == Sort::Outside {
                idle = true;
            } else {
                out = (Some(holder), verb);
                idle = IDLE_HEADINGS.is_match(&heading) && !lower.contains("trách nhiệm");
            }
            break;
        }
        end = begin;
    }
    Lead { line, holder: out.0, verb: out.1, idle }
}

/// Verbs whose objects a list may give.
const DECISIVE: [&str; 16] = [
    "quy định",
    "quyết định",
    "cấp",
    "ban hành",
    "phê duyệt",
    "kiểm tra",
    "công nhận",
    "chỉ định",
    "hướng dẫn",
    "hỗ trợ",
    "công bố",
    "thực hiện",
    "tổ chức",
    "đặt hàng",
    "quản lý",
    "bảo đảm",
];

/// Whether one part of the lead-in names a holder: "Trách nhiệm của X", "X có trách nhiệm:", "X:", "X quyết định …:".
fn lead_part(line: &Line, inside: &[&Authority], begin: usize, stop: usize) -> Option<(Authority, bool)> {
    let opening = if line.word(begin) == "điều" {
        // "Điều 12." or "Điều 12a."
        (begin + 2..stop).find(|&i| line.word(i) != ".").unwrap_or(stop)
    } else {
        begin
    };
    for body in inside {
        let before = body.first.checked_sub(1).map_or("", |i| line.word(i));
        let owned = before == "của"
            && (opening..body.first).any(|i| {
                ["trách nhiệm", "nhiệm vụ", "quyền hạn", "thẩm quyền", "nghĩa vụ"].iter().any(|p| line.has(i, p))
            });
        let subject = body.first == opening
            || (before == "," && body.first > opening)
            || matches!(before, "giao" | "“" | "\"" | "-")
            || (body.first <= opening + 3 && matches!(before, "cho" | "rằng" | "."));
        let after = (body.after..stop).find(|&i| line.word(i) != ",").unwrap_or(stop);
        let duty = (body.after..stop.min(body.after + 60)).any(|i| {
            line.has(i, "có trách nhiệm")
                || line.has(i, "chịu trách nhiệm")
                || line.has(i, "có quyền")
                || line.has(i, "có nhiệm vụ")
                || line.has(i, "nhiệm vụ ,")
                || line.has(i, "có các nhiệm vụ")
                || line.has(i, "có thẩm quyền")
                || line.has(i, "thực hiện các")
        });
        let alone = after >= stop || matches!(line.word(after), ":" | ";" | "." | "”");
        let verb = after < stop && VERBS.at(&line.tokens, after) > 0;
        let closes = stop > begin && line.word(stop - 1) == ":";
        let ends = body.after >= stop || (body.after + 1 == stop && matches!(line.word(body.after), ":" | "”" | "."));
        let apart =
            !matches!(before, "của" | "với" | "cho" | "tại" | "về" | "theo" | "bởi" | "thuộc" | "và" | "do" | "được");
        if owned || (subject && (duty || alone)) || (ends && apart) {
            return Some(((*body).clone(), false));
        }
        let decisive = DECISIVE.iter().any(|v| line.has(after, v));
        let list = line.slice(line.tokens[after.min(stop - 1)].start, line.tokens[stop - 1].end).to_lowercase();
        let objects = !["trường hợp sau", "trường hợp:", "hồ sơ", "điều kiện", "trong đó", "căn cứ", "như sau"]
            .iter()
            .any(|w| list.contains(w));
        if subject && verb && closes && decisive && objects {
            return Some(((*body).clone(), true));
        }
    }
    None
}

/// A clause of the provision: tokens between sentence ends and semicolons.
fn clauses(line: &Line) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut begin = 0;
    let mut depth = 0i32;
    for i in 0..line.tokens.len() {
        match line.word(i) {
            "(" => depth += 1,
            ")" => depth = (depth - 1).max(0),
            ";" if depth == 0 => {
                out.push((begin, i));
                begin = i + 1;
            }
            "." if depth == 0 => {
                let next = line.tokens.get(i + 1);
                let spaced = next.is_none_or(|n| n.start > line.tokens[i].end);
                let inside = i > 0
                    && line.tokens[i - 1].end - line.tokens[i - 1].start == 1
                    && !line.tokens[i - 1].lower.chars().all(char::is_numeric);
                if spaced && !inside {
                    out.push((begin, i));
                    begin = i + 1;
                }
            }
            _ => {}
        }
    }
    if begin < line.tokens.len() {
        out.push((begin, line.tokens.len()));
    }
    out.retain(|(a, b)| a < b);
    out
}

/// Words between a holder and its verb that change nothing.
fn skip_modifiers(line: &Line, mut i: usize, end: usize) -> usize {
    const SKIPS: &[&str] = &[
        "có trách nhiệm",
        "chịu trách nhiệm trong việc",
        "chịu trách nhiệm",
        "có thẩm quyền",
        "có quyền",
        "có nhiệm vụ",
        "có nghĩa vụ",
        "sẽ",
        "phải",
        "có thể",
        "để",
        "được",
        "là cơ quan đầu mối",
        "là đầu mối",
        "là cơ quan",
        "là đơn vị",
        "theo phân công",
        "hằng năm",
        "hàng năm",
        "trong việc",
        ":",
        "-",
        ",",
        "được giao",
        "định kỳ hằng năm",
    ];
    while let Some(phrase) = SKIPS.iter().filter(|p| line.has(i, p)).max_by_key(|p| p.len()) {
        i += phrase.split(' ').count();
        if i >= end {
            break;
        }
    }
    if line.has(i, "trong phạm vi")
        || line.has(i, "trong thời hạn")
        || line.has(i, "căn cứ")
        || line.has(i, "theo")
        || line.has(i, "trên cơ sở")
        || line.has(i, "trong quá trình")
    {
        let comma = (i..end.min(i + 40))
            .find(|&k| line.word(k) == "," || line.has(k, "có trách nhiệm") || line.has(k, "của mình"));
        if let Some(k) = comma {
            let next = if line.has(k, "của mình") { k + 2 } else { k };
            if next > i {
                return skip_modifiers(line, next, end);
            }
        }
    }
    i
}

/// Whether a power verb begins there; "quy định tại …" is a reference.
fn acts(line: &Line, i: usize) -> bool {
    let reference =
        line.has(i, "quy định") && matches!(line.word(i + 2), "tại" | "ở" | "trong" | "này" | "nêu" | "trên");
    i < line.tokens.len() && VERBS.at(&line.tokens, i) > 0 && !line.tokens[i].capital && !reference
}

/// Whether a power verb begins at `i`, inside the clause.
fn acts_after(line: &Line, i: usize, end: usize) -> bool {
    i < end && acts(line, i)
}

/// Whether a body at that place can be the subject of its clause.
fn is_subject(line: &Line, body: &Authority, begin: usize) -> bool {
    if body.first == begin {
        return true;
    }
    let before = line.word(body.first - 1);
    match before {
        "," | "thì" | ":" | "-" | "“" | ")" | "\"" => true,
        "giao" => true,
        "trình" => VERBS.at(&line.tokens, begin) == 0,
        _ => {
            // "Khi … X quyết định", "Trường hợp … X …": the name follows a clause without a mark.
            false
        }
    }
}

/// Trims a span given in tokens to what the guideline calls the task; gives characters.
fn trim(line: &Line, begin: usize, end: usize) -> Option<(usize, usize)> {
    let mut end = end;
    while end > begin && !line.tokens[end - 1].is_word() && !matches!(line.word(end - 1), ")" | "”") {
        end -= 1;
    }
    if begin >= end {
        return None;
    }
    let (start, mut stop) = (line.tokens[begin].start, line.tokens[end - 1].end);
    let text = line.slice(start, stop).to_lowercase();
    let least = line.tokens.get(begin + 2).map_or(0, |t| t.start.saturating_sub(start));
    for found in TAILS.find_iter(&text) {
        let at = text[..found.start()].chars().count();
        if at > least {
            stop = start + at;
            break;
        }
    }
    while stop > start && !line.chars[stop - 1].is_alphanumeric() && !matches!(line.chars[stop - 1], ')' | '”') {
        stop -= 1;
    }
    (stop > start).then_some((start, stop))
}

struct Found {
    holder: Option<(HolderIn, Authority)>,
    span: (usize, usize),
}

/// Reads one provision.
pub(super) fn read(unit: &Unit) -> Prediction {
    let text = Line::new(&unit.text);
    let lead = lead(unit);
    let lower = text.normal.text.to_lowercase();
    if text.tokens.is_empty() {
        return Prediction::none();
    }
    let idle_text = IDLE_TEXTS.is_match(&lower) || EXECUTES.is_match(&lower);
    let found = find(&text, &lead, idle_text, unit);
    if found.is_empty() {
        let heading = lead.line.normal.text.to_lowercase();
        let procedure = ["trình tự", "thủ tục", "quy trình", "thẩm định", "xử lý hồ sơ", "tiếp nhận"]
            .iter()
            .any(|w| heading.contains(w));
        let timed = lower.starts_with("trong thời hạn") || lower.starts_with("trong vòng");
        let state = text.bodies.iter().any(|b| b.sort != Sort::Outside);
        let handles = text.bodies.iter().filter(|b| b.sort != Sort::Outside).any(|b| {
            let verb = skip_modifiers(&text, b.after, text.tokens.len());
            verb < text.tokens.len()
                && HANDLES.is_match(&text.slice(text.tokens[verb].start, text.chars.len()).to_lowercase())
        });
        let step = state && (timed || handles || (procedure && STEPS.is_match(&lower)));
        return Prediction { kind: if step { Kind::Step } else { Kind::None }, p_task: None, mentions: Vec::new() };
    }
    let mentions = found.into_iter().map(|f| mention(unit, &text, &lead, f)).collect();
    Prediction { kind: Kind::Task, p_task: None, mentions }
}

fn find(text: &Line, lead: &Lead, idle_text: bool, unit: &Unit) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    let heading = lead.line.normal.text.to_lowercase();
    let duties =
        ["trách nhiệm", "nhiệm vụ,", "nhiệm vụ và", "quyền hạn", "phân công", "tổ chức thực hiện", "thẩm quyền"]
            .iter()
            .any(|w| heading.contains(w));
    let procedure = !duties;
    let from_lead = lead.holder.as_ref().filter(|_| !lead.idle);
    for (n, (begin, end)) in clauses(text).into_iter().enumerate() {
        // Opening words that limit and do not act.
        let bodies: Vec<&Authority> = text.bodies.iter().filter(|b| b.first >= begin && b.after <= end).collect();
        let mut hit = false;
        let opens = VERBS.at(&text.tokens, begin) > 0;
        let led = opens
            && (from_lead.is_some() || implied_level(unit).is_some())
            && !bodies.iter().any(|b| b.first > begin && text.word(b.first - 1) == ":");
        let idle = (idle_text && n == 0)
            || (lead.idle && lead.holder.is_none() && IDLE_HEADINGS.is_match(&lead.line.normal.text.to_lowercase()));
        if !led && !idle {
            if let Some(f) = active(text, &bodies, begin, end, procedure) {
                out.push(f);
                hit = true;
            } else if let Some(f) = passive(text, &bodies, begin, end) {
                out.push(f);
                hit = true;
            }
        }
        if hit {
            continue;
        }
        let mut begin = begin;
        if text.word(begin) == "là" && lead.holder.is_some() {
            begin = skip_modifiers(text, begin, end).min(end - 1);
        }
        let when = ["định kỳ", "hằng năm", "hàng năm", "trước ngày", "trong thời hạn", "căn cứ", "trên cơ sở"]
            .iter()
            .any(|w| text.has(begin, w));
        if when
            && let Some(comma) =
                (begin..end.min(begin + 30)).find(|&i| text.word(i) == "," && acts_after(text, i + 1, end))
            && from_lead.is_some()
        {
            begin = comma + 1;
        }
        let verb = VERBS.at(&text.tokens, begin) > 0;
        let previous = out.last().and_then(|f| f.holder.clone()).filter(|_| n > 0);
        if verb && !idle_text {
            let sentence = begin > 0 && text.word(begin - 1) == ".";
            let holder = from_lead.map(|h| (HolderIn::Lead, h.clone())).or(previous.filter(|_| !sentence));
            if let Some(holder) = holder
                && let Some(span) = trim(text, begin, end)
            {
                out.push(Found { holder: Some(holder), span });
            } else if implied_level(unit).is_some()
                && n == 0
                && let Some(span) = trim(text, begin, end)
            {
                out.push(Found { holder: None, span });
            }
        } else if lead.verb
            && n == 0
            && !idle_text
            && let (Some(h), Some(span)) = (from_lead, trim(text, begin, end))
        {
            out.push(Found { holder: Some((HolderIn::Lead, h.clone())), span });
        }
    }
    let decides = |f: &Found| {
        let words = text.slice(f.span.0, f.span.1).to_lowercase();
        !HANDLES.is_match(&words) || DECIDES.is_match(&words)
    };
    if !duties && !out.iter().any(decides) {
        out.clear();
    }
    out
}

/// "X [có trách nhiệm] <verb> …".
fn active(text: &Line, bodies: &[&Authority], begin: usize, end: usize, procedure: bool) -> Option<Found> {
    for body in bodies {
        if body.sort == Sort::Outside {
            if body.first <= begin + 1 {
                return None;
            }
            continue;
        }
        if !is_subject(text, body, begin) {
            continue;
        }
        let mut after = body.after;
        // "X, Y và Z có trách nhiệm": the first leads.
        while after < end && matches!(text.word(after), "," | "và" | ";") {
            let next = after + 1;
            if let Some(other) = bodies.iter().find(|b| b.first == next) {
                after = other.after;
            } else if text.has(next, "các") || text.has(next, "đơn vị") || text.has(next, "cơ quan") {
                let stop =
                    (next..end.min(next + 14)).find(|&k| text.word(k) == "có" || text.word(k) == "," || acts(text, k));
                let Some(stop) = stop.filter(|k| *k > next) else { break };
                after = stop;
            } else {
                break;
            }
        }
        let verb = skip_modifiers(text, after, end);
        if verb < end && acts(text, verb) {
            if let Some(f) = submitted(text, bodies, verb, end, procedure) {
                return Some(f);
            }
            let span = trim(text, verb, end)?;
            return Some(Found { holder: Some((HolderIn::Text, (*body).clone())), span });
        }
    }
    None
}

/// "A tổng hợp, trình B quyết định": inside a procedure the power is B's.
fn submitted(text: &Line, bodies: &[&Authority], verb: usize, end: usize, procedure: bool) -> Option<Found> {
    let prepares =
        ["trình", "tổng hợp", "báo cáo", "rà soát", "hoàn thiện", "gửi", "lập"].iter().any(|v| text.has(verb, v));
    if !procedure || !prepares {
        return None;
    }
    let body =
        bodies.iter().find(|b| b.first > verb && b.sort != Sort::Outside && text.word(b.first - 1) == "trình")?;
    let own = skip_modifiers(text, body.after, end);
    if own >= end || !acts(text, own) {
        return None;
    }
    let span = trim(text, own, end)?;
    Some(Found { holder: Some((HolderIn::Text, (*body).clone())), span })
}

/// "… do X quy định (quyết định, ban hành)" in the main clause.
fn passive(text: &Line, bodies: &[&Authority], begin: usize, end: usize) -> Option<Found> {
    let body =
        bodies.iter().rev().find(|b| b.sort != Sort::Outside && b.first > begin && text.word(b.first - 1) == "do")?;
    let relative = (begin..body.first - 1)
        .any(|i| matches!(text.word(i), "theo" | "được" | "phải" | "là" | "thuộc" | "không" | "phù" | "đã"));
    let opens = begin < end && VERBS.at(&text.tokens, begin) > 0;
    let outside = bodies.first().is_some_and(|b| b.sort == Sort::Outside && b.first <= begin + 1);
    if relative || opens || outside {
        return None;
    }
    let verb = skip_modifiers(text, body.after, end);
    let n = if verb < end { VERBS.at(&text.tokens, verb) } else { 0 };
    let closing = n > 0
        && (verb + n..end)
            .all(|i| i == verb + n || text.tokens[i].is_word() || matches!(text.word(i), "," | "(" | ")"))
        && end - (verb + n) <= 12;
    let main = [
        "quy định",
        "quyết định",
        "ban hành",
        "hướng dẫn",
        "phê duyệt",
        "công bố",
        "chủ trì",
        "thực hiện",
        "cấp",
        "thành lập",
    ]
    .iter()
    .any(|v| text.has(verb, v));
    if !(closing && main) {
        return None;
    }
    let span = trim(text, begin, end)?;
    Some(Found { holder: Some((HolderIn::Text, (*body).clone())), span })
}

/// Level of the body that the title of a document on functions and duties names.
fn implied_level(unit: &Unit) -> Option<Level> {
    let title = normalise_line(&unit.title).text;
    let lower = title.to_lowercase();
    if !(lower.contains("chức năng") && lower.contains("nhiệm vụ")) {
        return None;
    }
    let tokens = tokens(&title);
    let body = find_in(&tokens).into_iter().find(|b| b.sort != Sort::Outside)?;
    Some(body.level)
}

fn mention(unit: &Unit, text: &Line, lead: &Lead, found: Found) -> Mention {
    let original = |line: &Line, source: &str, start: usize, end: usize| {
        let r = line.normal.original_chars(start..end);
        let words: String = source.chars().skip(r.start).take(r.end - r.start).collect();
        (r.start, r.end, words)
    };
    let (task_start, task_end, task) = original(text, &unit.text, found.span.0, found.span.1);
    let (holder_in, bounds, holder, level) = match found.holder {
        Some((place, body)) => {
            let (line, source) = if place == HolderIn::Lead { (&lead.line, &unit.lead) } else { (text, &unit.text) };
            let (start, end, words) = original(line, source, body.start, body.end);
            (place, Some((start, end)), words, body.level)
        }
        None => (HolderIn::Implied, None, String::new(), implied_level(unit).unwrap_or(Level::Khac)),
    };
    let (category, reason) = category::decide(unit, level, &holder, &task);
    Mention {
        holder,
        holder_in,
        holder_start: bounds.map(|b| b.0),
        holder_end: bounds.map(|b| b.1),
        task,
        task_start,
        task_end,
        level,
        category,
        reason,
        category_p: Default::default(),
        category_set: Vec::new(),
        evidence: Vec::new(),
        needs_review: false,
        precedents: Vec::new(),
    }
}
