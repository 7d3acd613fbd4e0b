-- Version 3: how sure the recognition of page images is.

CREATE TABLE recognised_pages (
  doc        INTEGER NOT NULL REFERENCES documents(doc) ON DELETE CASCADE,
  page       INTEGER NOT NULL,         -- in its file, from 1
  confidence REAL NOT NULL,            -- 0 to 1
  PRIMARY KEY (doc, page)
) STRICT, WITHOUT ROWID;

-- Stretches recognised with low confidence, in text order.
CREATE TABLE doubts (
  doc        INTEGER NOT NULL REFERENCES documents(doc) ON DELETE CASCADE,
  span_start INTEGER NOT NULL,         -- bytes of the document's text
  span_end   INTEGER NOT NULL,
  page       INTEGER NOT NULL,
  confidence REAL NOT NULL,
  PRIMARY KEY (doc, span_start)
) STRICT, WITHOUT ROWID;
