//! Damage to bytes, by a seed.

/// SplitMix64: a failing input can be made again.
pub struct Mutator(u64);

/// What parsers stumble over.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x80\0\0\0",
    b"\x7f\xff\xff\xff",
    b"-1",
    b"99999999999999999999",
    b"4294967296",
    b"<",
    b">",
    b"</",
    b"<!--",
    b"]]>",
    b"<![CDATA[",
    b"&#x110000;",
    b"&#xd800;",
    b"&amp",
    b"&#0;",
    b"<?",
    b"<!DOCTYPE",
    b"{",
    b"}",
    b"\\",
    b"\\'",
    b"\\u-1?",
    b"\\bin99999 ",
    b"\\pard",
    b"\\uc9",
    b"\\*",
    b"\"",
    b"(",
    b")",
    b"|",
    b"\t",
    b"\r\n",
    b"\r",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xcc\x81",
    b"\xe1\xba\xbf",
    b"\xf0\x9f\x98\x80",
    b"\xc3",
    b"\xe2\x80\x8b",
    b"\xc2\xa0",
    "Điều ".as_bytes(),
    "Điều 1. ".as_bytes(),
    "\nĐiều 99999999999. ".as_bytes(),
    "\nkhoản ".as_bytes(),
    "\na) ".as_bytes(),
    "\n1. ".as_bytes(),
    "“".as_bytes(),
    "”".as_bytes(),
    "Phụ lục ".as_bytes(),
    "\nChương I\n".as_bytes(),
    "khoản 1, 2 và 3 Điều ".as_bytes(),
    "điểm đ ".as_bytes(),
    "Luật số 1/2031/QH20".as_bytes(),
    "từ Điều 1 đến Điều 9999999".as_bytes(),
    "này".as_bytes(),
    "Luật ".as_bytes(),
    "ngày 31 tháng 2 năm 9999".as_bytes(),
    b"stream\n",
    b"endstream",
    b"endobj",
    b" 0 R",
    b"/Length ",
    b"/Kids [",
    b"<<",
    b">>",
    b"BT ",
    b" Tj ",
    b"xref",
    b"trailer",
    b"<w:p>",
    b"</w:p>",
    b"<w:tbl>",
    b"<w:numId w:val=\"1\"/>",
    b"<table>",
    b"<tr><td colspan=99999999>",
    b"<p>",
    b"</div>",
    b"<script>",
    b"<text:list>",
    b"<table:table-cell table:number-columns-repeated=\"999999999\"/>",
    b"<text:s text:c=\"999999999\"/>",
    b"PK\x03\x04",
    b"PK\x05\x06",
];

impl Mutator {
    pub fn new(seed: u64, n: u64) -> Self {
        let mut m = Mutator(seed ^ n.wrapping_mul(0xA076_1D64_78BD_642F));
        m.next();
        m
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`; 0 where there is nothing below.
    fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next() % n as u64) as usize }
    }

    /// A short stretch of `len` bytes, most often a few.
    fn stretch(&mut self, len: usize) -> std::ops::Range<usize> {
        let from = self.below(len + 1);
        let longest = if self.below(4) == 0 { len - from } else { (len - from).min(24) };
        from..from + self.below(longest + 1)
    }

    /// One of the seeds, damaged in one to eight places.
    pub fn mutate(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(8) {
            self.damage(&mut bytes, seeds);
        }
        bytes.truncate(256 << 10);
        bytes
    }

    fn damage(&mut self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = self.below(bytes.len());
        match self.below(10) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
            1 if !bytes.is_empty() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'0', b'9', b' '][self.below(8)],
            2 => drop(bytes.drain(self.stretch(bytes.len()))),
            3 => {
                let piece = bytes[self.stretch(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => bytes.truncate(at),
            5 => {
                let other = &seeds[self.below(seeds.len())];
                let piece = other[self.stretch(other.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            6 => {
                // A number becomes another one.
                let from = (at..bytes.len()).find(|&i| bytes[i].is_ascii_digit()).unwrap_or(at);
                let to = (from..bytes.len()).find(|&i| !bytes[i].is_ascii_digit()).unwrap_or(bytes.len());
                let number: &[u8] =
                    [&b"0"[..], b"-1", b"255", b"65536", b"2147483648", b"99999999999999999999"][self.below(6)];
                bytes.splice(from..to, number.iter().copied());
            }
            7 => {
                // The same few bytes many times: nesting.
                let piece = PIECES[self.below(PIECES.len())].repeat(1 << self.below(9));
                bytes.splice(at..at, piece);
            }
            _ => {
                let piece = PIECES[self.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
}
