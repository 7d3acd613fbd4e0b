//! What a check has to say.

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Two things contradict each other, or something is missing: must be mended.
    Error,
    /// Unlikely to be right: worth a look.
    Warning,
    /// To be known, and often as it should be.
    Note,
}

/// What was found. The names in `--json` stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Code {
    /// A line or a text cannot be read.
    Unreadable,
    /// `text_sha256` is not the hash of the text's file.
    TextHash,
    /// `normal_sha256` is not the hash of the text's normal form.
    NormalHash,
    /// `chars` is not the number of characters.
    CharCount,
    /// One id on two lines.
    SameId,
    /// One document on two lines: the same số hiệu and date, or the same số hiệu and nearly the same text.
    SameDocument,
    /// The same text, in normal form, under two số hiệu.
    SameText,
    /// Nearly the same text under two số hiệu.
    NearText,
    /// One text nearly whole within another.
    WithinText,
    /// Two documents with one số hiệu.
    SharedNumber,
    /// No số hiệu.
    NumberMissing,
    /// A số hiệu that is written like none.
    NumberForm,
    /// The kind is not the one that the số hiệu says.
    NumberKind,
    /// Numbers are missing in the row of điều.
    ArticlesMissing,
    /// A number occurs twice in the row of điều.
    ArticleTwice,
    /// No date of issue, or one that cannot be read.
    DateMissing,
    /// In force before it was issued.
    DateOrder,
    /// A date that cannot be: to come, or before 2 September 1945.
    DateImpossible,
    /// In force years after it was issued.
    DateFar,
    /// The year, or the National Assembly's term, in the số hiệu is not that of the date of issue.
    DateNumber,
    /// No title.
    TitleMissing,
    /// A title of kind and số hiệu alone.
    TitleEmpty,
    /// All in capitals.
    TitleCapitals,
    /// Its start or end is cut off.
    TitleCut,
    /// Words of the text or of a web site follow it.
    TitleRunsOn,
    /// Letters in an encoding of the nineties.
    TitleEncoding,
    /// Guessed or recovered, as the manifest says.
    TitleGuessed,
}

impl Code {
    /// The name in `--json`.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => format!("{self:?}"),
        }
    }

    /// How bad it is, unless circumstances say otherwise.
    pub(super) const fn severity(self) -> Severity {
        match self {
            Code::Unreadable
            | Code::TextHash
            | Code::NormalHash
            | Code::CharCount
            | Code::SameId
            | Code::SameDocument
            | Code::SameText => Severity::Error,
            Code::SharedNumber | Code::WithinText | Code::TitleGuessed => Severity::Note,
            _ => Severity::Warning,
        }
    }
}

/// One finding about one line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// What.
    pub code: Code,
    /// The document's id; empty where the line could not be read.
    pub id: String,
    /// Its số hiệu.
    pub number: String,
    /// File and line.
    pub place: String,
    /// Ids of the other documents concerned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// In words.
    pub message: String,
}
