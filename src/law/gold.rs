//! One labelled or predicted provision as the annotation files keep it: a JSON line.

use serde::{Deserialize, Serialize};

use super::{Kind, Mention, Prediction, Unit};

/// A line of the annotation format: provision, labels, sampling weight. Lines to be labelled lack the labels, lines
/// with a system's answer add its probabilities; fields that the format does not know are kept and written back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GoldLine {
    /// `number#path`; what gold and predicted lines are joined by.
    #[serde(default)]
    pub id: String,
    /// Store key of the document; bootstrap intervals and folds are made by it.
    #[serde(default)]
    pub doc: String,
    /// Số hiệu.
    #[serde(default)]
    pub number: String,
    /// Kind of the document in Vietnamese.
    #[serde(default)]
    pub doc_kind: String,
    /// Title of the document.
    #[serde(default)]
    pub title: String,
    /// Address within the document.
    #[serde(default)]
    pub path: String,
    /// See [`Unit::lead`].
    #[serde(default)]
    pub lead: String,
    /// See [`Unit::text`].
    pub text: String,
    /// Label or answer; none where the line is still to be labelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Probability that the provision is a task; only in answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_task: Option<f64>,
    /// Holder–task pairs; empty unless `kind` is `task`.
    #[serde(default)]
    pub mentions: Vec<Mention>,
    /// Sampling stratum: whether a state body and a power verb occur in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<bool>,
    /// How many provisions of the corpus the line stands for; 0 in purposive samples, none reads as 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Fields that the format does not know, in their order.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// An id as the corpus spells it: the labelled files have `Đ` in it, the corpus has `D`.
pub fn corpus_id(doc: &str) -> String {
    doc.replace('Đ', "D")
}

impl GoldLine {
    /// A line without labels: the provision at `path` of the document `doc` with the số hiệu `number`.
    pub fn unlabelled(doc: &str, number: &str, path: &str, unit: Unit) -> Self {
        GoldLine {
            id: format!("{number}#{path}"),
            doc: doc.to_owned(),
            number: number.to_owned(),
            doc_kind: unit.doc_kind,
            title: unit.title,
            path: path.to_owned(),
            lead: unit.lead,
            text: unit.text,
            ..GoldLine::default()
        }
    }

    /// What a reader is given of the line.
    pub fn unit(&self) -> Unit {
        Unit {
            doc_kind: self.doc_kind.clone(),
            title: self.title.clone(),
            lead: self.lead.clone(),
            text: self.text.clone(),
        }
    }

    /// The same line with a system's answer in place of its labels.
    #[must_use]
    pub fn answered(mut self, answer: Prediction) -> Self {
        self.kind = Some(answer.kind);
        self.p_task = answer.p_task;
        self.mentions = answer.mentions;
        self
    }

    /// The same line with facts only: no text, no words of the mentions, no evidence.
    #[must_use]
    pub fn without_texts(self) -> Self {
        let mentions = self.mentions.into_iter().map(|m| Mention {
            holder: String::new(),
            task: String::new(),
            evidence: Vec::new(),
            ..m
        });
        GoldLine {
            title: String::new(),
            lead: String::new(),
            text: String::new(),
            mentions: mentions.collect(),
            extra: serde_json::Map::new(),
            ..self
        }
    }

    /// The words of a line [without texts](Self::without_texts) again, cut out of the same provision.
    pub fn cut_again(&mut self, unit: &Unit) {
        self.mentions.iter_mut().for_each(|m| m.cut_from(unit));
        self.title.clone_from(&unit.title);
        self.lead.clone_from(&unit.lead);
        self.text.clone_from(&unit.text);
    }

    /// Whether the label is [`Kind::Task`].
    pub fn is_task(&self) -> bool {
        self.kind == Some(Kind::Task)
    }

    /// Whether the line was drawn at random, so that it stands for part of the corpus.
    pub fn is_weighted(&self) -> bool {
        self.weight() > 0.0
    }

    /// Sampling weight, 1 where the line has none.
    pub fn weight(&self) -> f64 {
        self.weight.unwrap_or(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_from_the_provision() {
        let line: GoldLine = serde_json::from_value(serde_json::json!({"id": "1/A#dieu-1", "title": "Về đo", "lead": "Điều 1. Bộ Đo",
            "text": "Cấp giấy đo.", "kind": "task", "mentions": [{"holder": "Bộ Đo", "holder_in": "lead", "holder_start": 8,
            "holder_end": 13, "task": "Cấp giấy đo", "task_start": 0, "task_end": 11, "level": "BO",
            "category": "decentralise_to_local", "reason": null}]}))
        .unwrap();
        let mut bare = line.clone().without_texts();
        assert!(!serde_json::to_string(&bare).unwrap().contains("đo"));
        bare.cut_again(&line.unit());
        assert_eq!(bare, line);
    }

    #[test]
    fn unknown_fields_survive_and_missing_ones_are_tolerated() {
        let line: GoldLine =
            serde_json::from_str(r#"{"id":"1/A#dieu-1","text":"Bộ X cấp phép.","note":{"b":1,"a":2}}"#).unwrap();
        assert_eq!((line.kind, line.weight()), (None, 1.0));
        let out = serde_json::to_string(&line.answered(Prediction::none())).unwrap();
        assert!(out.contains(r#""kind":"none","mentions":[]"#), "{out}");
        assert!(out.ends_with(r#""note":{"b":1,"a":2}}"#), "{out}");
    }
}
