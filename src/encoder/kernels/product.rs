//! Products with weights that were packed once: rows · panels, in f32 or in exact integers.
//!
//! Invariant: one number of a product is one chain of fused multiply-adds in the order of the inner dimension (or one
//! exact integer sum), whatever the row's neighbours, the split into tiles and the processor. So the same input gives
//! the same bits alone and in company, and on every processor that has fused multiply-add.
//!
//! A panel is sixteen columns; its memory is a run of 64-byte lines: sixteen f32 of one inner index, or sixteen pairs of
//! i16 of two. AVX2 takes a line as two registers, AVX-512 as one; elsewhere plain loops stand, which a compiler turns
//! into the vector code of its target (NEON on ARM).

/// Columns of a panel.
pub const PANEL: usize = 16;
/// Lines of a panel that are gone through for all rows before the next ones: 12 KiB, so that the next run, which is
/// fetched meanwhile, fits a first-level cache beside them.
const LINES: usize = 192;
/// Rows that share one passage over the weights.
pub const BLOCK: usize = 48;

/// Sets of instructions that the products are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// Plain Rust.
    Plain,
    /// 256-bit registers.
    Avx2,
    /// 256-bit registers with a fused 16-bit dot product.
    AvxVnni,
    /// 512-bit registers.
    Avx512,
    /// 512-bit registers with a fused 16-bit dot product.
    Avx512Vnni,
}

impl Isa {
    /// Whether this processor has it.
    pub fn runs_here(self) -> bool {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        {
            use std::is_x86_feature_detected as has;
            let avx2 = has!("avx2") && has!("fma");
            let avx512 = avx2 && has!("avx512f") && has!("avx512bw");
            match self {
                Isa::Plain => true,
                Isa::Avx2 => avx2,
                Isa::AvxVnni => avx2 && has!("avxvnni"),
                Isa::Avx512 => avx512,
                Isa::Avx512Vnni => avx512 && has!("avx512vnni"),
            }
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        {
            self == Isa::Plain
        }
    }

    /// The best that this processor has; asked once.
    pub fn best() -> Self {
        static BEST: std::sync::OnceLock<Isa> = std::sync::OnceLock::new();
        *BEST.get_or_init(|| {
            [Isa::Avx512Vnni, Isa::Avx512, Isa::AvxVnni, Isa::Avx2]
                .into_iter()
                .find(|i| i.runs_here())
                .unwrap_or(Isa::Plain)
        })
    }
}

/// Sixteen f32, or sixteen pairs of i16, on a line of the cache.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Line<T, const N: usize>([T; N]);

impl<T: Copy, const N: usize> Line<T, N> {
    /// Writes the first numbers of the line.
    pub fn set(&mut self, numbers: &[T]) {
        self.0[..numbers.len()].copy_from_slice(numbers);
    }
}

/// Computes `c` (rows × 16, rows next to each other) from rows of `a` (`stride` apart) and `lines` lines of one panel,
/// adding to what `c` holds where the last argument says so.
type Tile<A, L, C> = unsafe fn(*const A, usize, *const L, usize, *mut C, bool);

/// What a product multiplies: f32, or i16 with 32-bit sums.
pub trait Number: Copy + Default + Send + Sync + 'static {
    /// A line of a packed panel.
    type Line: Copy + Send + Sync + 'static;
    /// What sums are kept in.
    type Sum: Copy + Default + Send + Sync + 'static;
    /// Inner indices in one line.
    const STEP: usize;
    /// A line of zeros.
    const ZERO: Self::Line;

    /// Tiles of 1, 2, … rows.
    fn tiles(isa: Isa) -> &'static [Tile<Self, Self::Line, Self::Sum>];

    /// Writes column `column` of a line from `STEP` numbers.
    fn put(line: &mut Self::Line, column: usize, numbers: &[Self]);
}

impl Number for f32 {
    type Line = Line<f32, 16>;
    type Sum = f32;
    const STEP: usize = 1;
    const ZERO: Self::Line = Line([0.0; 16]);

    fn tiles(isa: Isa) -> &'static [Tile<Self, Self::Line, Self::Sum>] {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 | Isa::Avx512Vnni => &x86::F32_512,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 | Isa::AvxVnni => &x86::F32_256,
            _ => &PLAIN_F32,
        }
    }

    fn put(line: &mut Self::Line, column: usize, numbers: &[Self]) {
        line.0[column] = numbers[0];
    }
}

impl Number for i16 {
    type Line = Line<i16, 32>;
    type Sum = i32;
    const STEP: usize = 2;
    const ZERO: Self::Line = Line([0; 32]);

    fn tiles(isa: Isa) -> &'static [Tile<Self, Self::Line, Self::Sum>] {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Vnni => &x86::I16_512_VNNI,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => &x86::I16_512,
            #[cfg(target_arch = "x86_64")]
            Isa::AvxVnni => &x86::I16_256_VNNI,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => &x86::I16_256,
            _ => &PLAIN_I16,
        }
    }

    fn put(line: &mut Self::Line, column: usize, numbers: &[Self]) {
        line.0[2 * column..2 * column + numbers.len()].copy_from_slice(numbers);
    }
}

/// `n` rounded up to whole panels.
pub const fn padded(n: usize) -> usize {
    n.div_ceil(PANEL) * PANEL
}

/// One panel times rows: `c[r][j] = Σ a[r][i] · b[i][j]`, `c` with rows of sixteen.
///
/// # Panics
/// If `a` or `c` is too short, or the processor lacks `isa`.
pub fn multiply<T: Number>(isa: Isa, a: &[T], stride: usize, rows: usize, panel: &[T::Line], c: &mut [T::Sum]) {
    if rows == 0 {
        return;
    }
    let width = panel.len() * T::STEP;
    assert!(width <= stride && a.len() >= (rows - 1) * stride + width && c.len() >= rows * PANEL, "beyond the slices");
    assert!(isa == Isa::best() || isa.runs_here(), "instructions that this processor lacks");
    if panel.is_empty() {
        c[..rows * PANEL].fill(T::Sum::default());
        return;
    }
    let tiles = T::tiles(isa);
    let count = rows.div_ceil(tiles.len());
    for (i, lines) in panel.chunks(LINES).enumerate() {
        let mut row = 0;
        for left in (1..=count).rev() {
            // Tiles of like height: a low one at the end would wait for its own sums.
            let height = (rows - row).div_ceil(left);
            // SAFETY: rows `row..row + height` of `a` and `c` exist, since the heights add up to `rows`; each holds, from
            // the offset of this run of lines, as many numbers as the lines have inner indices (asserted above). The
            // tile at `height - 1` is of that height, and the processor has its instructions (asserted above). `c` is
            // borrowed mutably, so it overlaps nothing.
            unsafe {
                tiles[height - 1](
                    a.as_ptr().add(row * stride + i * LINES * T::STEP),
                    stride,
                    lines.as_ptr(),
                    lines.len(),
                    c.as_mut_ptr().add(row * PANEL),
                    i > 0,
                );
            }
            row += height;
        }
    }
}

/// `a · b + c`, fused where the target has an instruction for it (elsewhere a fused one would be a slow call).
#[inline(always)]
fn fused(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(any(target_arch = "aarch64", target_feature = "fma")) { a.mul_add(b, c) } else { a * b + c }
}

/// # Safety
/// `a` points to `M` rows `stride` apart with `lines` numbers each, `b` to as many lines, `c` to `M` × 16 numbers that
/// nothing else uses.
unsafe fn plain_f32<const M: usize>(
    a: *const f32,
    stride: usize,
    b: *const Line<f32, 16>,
    lines: usize,
    c: *mut f32,
    add: bool,
) {
    // SAFETY: as the caller promises.
    let (b, c) = unsafe { (std::slice::from_raw_parts(b, lines), &mut *c.cast::<[[f32; PANEL]; M]>()) };
    let mut sums = if add { *c } else { [[0.0; PANEL]; M] };
    for (i, line) in b.iter().enumerate() {
        for (r, sum) in sums.iter_mut().enumerate() {
            // SAFETY: `r < M` and `i < lines`.
            let x = unsafe { *a.add(r * stride + i) };
            for j in 0..PANEL {
                sum[j] = fused(x, line.0[j], sum[j]);
            }
        }
    }
    *c = sums;
}

/// # Safety
/// As [`plain_f32`], with rows of 2 × `lines` numbers.
unsafe fn plain_i16<const M: usize>(
    a: *const i16,
    stride: usize,
    b: *const Line<i16, 32>,
    lines: usize,
    c: *mut i32,
    add: bool,
) {
    // SAFETY: as the caller promises.
    let (b, c) = unsafe { (std::slice::from_raw_parts(b, lines), &mut *c.cast::<[[i32; PANEL]; M]>()) };
    let mut sums = if add { *c } else { [[0; PANEL]; M] };
    for (i, line) in b.iter().enumerate() {
        for (r, sum) in sums.iter_mut().enumerate() {
            // SAFETY: `r < M` and `i < lines`.
            let (x, y) = unsafe { (*a.add(r * stride + 2 * i), *a.add(r * stride + 2 * i + 1)) };
            for j in 0..PANEL {
                let pair = i32::from(x) * i32::from(line.0[2 * j]) + i32::from(y) * i32::from(line.0[2 * j + 1]);
                sum[j] = sum[j].wrapping_add(pair);
            }
        }
    }
    *c = sums;
}

static PLAIN_F32: [Tile<f32, Line<f32, 16>, f32>; 4] = [plain_f32::<1>, plain_f32::<2>, plain_f32::<3>, plain_f32::<4>];
static PLAIN_I16: [Tile<i16, Line<i16, 32>, i32>; 4] = [plain_i16::<1>, plain_i16::<2>, plain_i16::<3>, plain_i16::<4>];

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::asm;
    use std::arch::x86_64::*;

    use super::{LINES, Line, PANEL, Tile};

    /// A tile of 256-bit registers, two a row, for the rows that are listed with their registers and addresses.
    ///
    /// In assembly, because the tests' quick profile does not optimise this package, and intrinsics that are not
    /// inlined make the model many times slower.
    macro_rules! tile_256 {
        (
            $name:ident, $features:literal, $number:ty, $line:ty, $sum:ty, $spread:literal, $multiply:ident,
            $(($row:literal, $low:literal, $high:literal, $address:literal))+
        ) => {
            /// # Safety
            /// As [`super::plain_f32`] or [`super::plain_i16`], on a processor with the features.
            #[target_feature(enable = $features)]
            unsafe fn $name(a: *const $number, stride: usize, b: *const $line, lines: usize, c: *mut $sum, add: bool) {
                // SAFETY: the loop runs `lines` times (at least once: `multiply` gives no empty panel) and reads 64 bytes
                // of `b` and four of each listed row of `a` a time, which is what the caller promises to be there; `b` is
                // aligned to 64 bytes by its type. `c` holds 64 bytes for each row. All registers that change are named,
                // and nothing else is written.
                unsafe {
                    asm!(
                        $(
                            concat!("vxorps ", $low, ", ", $low, ", ", $low),
                            concat!("vxorps ", $high, ", ", $high, ", ", $high),
                        )+
                        // Rows 3 to 5; nothing is read through it where they are not listed.
                        "lea {a3}, [{s} + 2 * {s}]",
                        "add {a3}, {a}",
                        "test {add}, {add}",
                        "jz 2f",
                        $(
                            concat!("vmovups ", $low, ", ymmword ptr [{c} + 64 * ", $row, "]"),
                            concat!("vmovups ", $high, ", ymmword ptr [{c} + 64 * ", $row, " + 32]"),
                        )+
                        "2:",
                        "vmovaps ymm12, ymmword ptr [{b}]",
                        "vmovaps ymm13, ymmword ptr [{b} + 32]",
                        $(
                            concat!($spread, " ymm14, dword ptr [", $address, "]"),
                            $multiply!($low, "ymm12"),
                            $multiply!($high, "ymm13"),
                        )+
                        // The next run of lines, or the next panel: both lie behind this run.
                        "prefetcht0 byte ptr [{b} + {ahead}]",
                        "add {a}, 4",
                        "add {a3}, 4",
                        "add {b}, 64",
                        "dec {lines}",
                        "jnz 2b",
                        $(
                            concat!("vmovups ymmword ptr [{c} + 64 * ", $row, "], ", $low),
                            concat!("vmovups ymmword ptr [{c} + 64 * ", $row, " + 32], ", $high),
                        )+
                        "vzeroupper",
                        a = inout(reg) a => _,
                        a3 = out(reg) _,
                        s = in(reg) stride * size_of::<$number>(),
                        b = inout(reg) b => _,
                        c = in(reg) c,
                        lines = inout(reg) lines => _,
                        add = in(reg) usize::from(add),
                        ahead = const 64 * LINES,
                        out("ymm0") _, out("ymm1") _, out("ymm2") _, out("ymm3") _, out("ymm4") _, out("ymm5") _,
                        out("ymm6") _, out("ymm7") _, out("ymm8") _, out("ymm9") _, out("ymm10") _, out("ymm11") _,
                        out("ymm12") _, out("ymm13") _, out("ymm14") _, out("ymm15") _,
                        options(nostack),
                    );
                }
            }
        };
    }
    macro_rules! fused_f32 {
        ($sum:literal, $column:literal) => {
            concat!("vfmadd231ps ", $sum, ", ymm14, ", $column)
        };
    }
    // A pair of i16 is spread as one 32-bit number; multiplying adds the two products of a pair, exactly.
    macro_rules! pairs {
        ($sum:literal, $column:literal) => {
            concat!("vpmaddwd ymm15, ymm14, ", $column, "\nvpaddd ", $sum, ", ", $sum, ", ymm15")
        };
    }
    macro_rules! pairs_vnni {
        ($sum:literal, $column:literal) => {
            concat!("{{vex}} vpdpwssd ", $sum, ", ymm14, ", $column)
        };
    }
    /// Tiles of one to six rows.
    macro_rules! tiles_256 {
        ($table:ident, [$($name:ident)+], $features:literal, $number:ty, $line:ty, $sum:ty, $spread:literal, $multiply:ident) => {
            tiles_256!(@rows [$($name)+] $features, $number, $line, $sum, $spread, $multiply,
                (0, "ymm0", "ymm1", "{a}") (1, "ymm2", "ymm3", "{a} + {s}") (2, "ymm4", "ymm5", "{a} + 2 * {s}")
                (3, "ymm6", "ymm7", "{a3}") (4, "ymm8", "ymm9", "{a3} + {s}") (5, "ymm10", "ymm11", "{a3} + 2 * {s}"));
            pub static $table: [Tile<$number, $line, $sum>; 6] = [$($name),+];
        };
        (@rows [$n1:ident $n2:ident $n3:ident $n4:ident $n5:ident $n6:ident] $features:literal, $number:ty, $line:ty,
            $sum:ty, $spread:literal, $multiply:ident, $r0:tt $r1:tt $r2:tt $r3:tt $r4:tt $r5:tt) => {
            tile_256!($n1, $features, $number, $line, $sum, $spread, $multiply, $r0);
            tile_256!($n2, $features, $number, $line, $sum, $spread, $multiply, $r0 $r1);
            tile_256!($n3, $features, $number, $line, $sum, $spread, $multiply, $r0 $r1 $r2);
            tile_256!($n4, $features, $number, $line, $sum, $spread, $multiply, $r0 $r1 $r2 $r3);
            tile_256!($n5, $features, $number, $line, $sum, $spread, $multiply, $r0 $r1 $r2 $r3 $r4);
            tile_256!($n6, $features, $number, $line, $sum, $spread, $multiply, $r0 $r1 $r2 $r3 $r4 $r5);
        };
    }
    tiles_256!(F32_256, [f1 f2 f3 f4 f5 f6], "avx2,fma", f32, Line<f32, 16>, f32, "vbroadcastss", fused_f32);
    tiles_256!(I16_256, [i1 i2 i3 i4 i5 i6], "avx2", i16, Line<i16, 32>, i32, "vpbroadcastd", pairs);
    tiles_256!(I16_256_VNNI, [v1 v2 v3 v4 v5 v6], "avx2,avxvnni", i16, Line<i16, 32>, i32, "vpbroadcastd", pairs_vnni);

    /// A tile of 512-bit registers, one a row.
    macro_rules! tile_512 {
        ($name:ident, $features:literal, $number:ty, $line:ty, $sum:ty, $load:expr, $store:expr, $spread:expr, $multiply:expr) => {
            /// # Safety
            /// As [`super::plain_f32`] or [`super::plain_i16`], on a processor with the features.
            #[target_feature(enable = $features)]
            unsafe fn $name<const M: usize>(
                a: *const $number,
                stride: usize,
                b: *const $line,
                lines: usize,
                c: *mut $sum,
                add: bool,
            ) {
                let step = size_of::<$line>() / (size_of::<$number>() * PANEL);
                // SAFETY: `c` holds M × 16 sums, `b` `lines` lines, and each of the M rows of `a` `lines` times `step`
                // numbers, as the caller promises; the loops stay within these. The instructions read and write
                // without regard to alignment.
                unsafe {
                    let mut sums = [$load([<$sum>::default(); PANEL].as_ptr()); M];
                    if add {
                        for r in 0..M {
                            sums[r] = $load(c.add(r * PANEL).cast_const());
                        }
                    }
                    for i in 0..lines {
                        let columns = $load(b.add(i).cast::<$sum>());
                        for r in 0..M {
                            sums[r] = $multiply(sums[r], $spread(a.add(r * stride + i * step)), columns);
                        }
                    }
                    for r in 0..M {
                        $store(c.add(r * PANEL), sums[r]);
                    }
                }
            }
        };
    }
    tile_512!(
        f32_512, "avx512f", f32, Line<f32, 16>, f32,
        |p: *const f32| _mm512_loadu_ps(p),
        |p: *mut f32, x| _mm512_storeu_ps(p, x),
        |p: *const f32| _mm512_set1_ps(*p),
        |s, x, y| _mm512_fmadd_ps(x, y, s)
    );
    tile_512!(
        i16_512, "avx512f,avx512bw", i16, Line<i16, 32>, i32,
        |p: *const i32| _mm512_loadu_si512(p.cast()),
        |p: *mut i32, x| _mm512_storeu_si512(p.cast(), x),
        |p: *const i16| _mm512_set1_epi32(p.cast::<i32>().read_unaligned()),
        |s, x, y| _mm512_add_epi32(s, _mm512_madd_epi16(x, y))
    );
    tile_512!(
        i16_512_vnni, "avx512f,avx512vnni", i16, Line<i16, 32>, i32,
        |p: *const i32| _mm512_loadu_si512(p.cast()),
        |p: *mut i32, x| _mm512_storeu_si512(p.cast(), x),
        |p: *const i16| _mm512_set1_epi32(p.cast::<i32>().read_unaligned()),
        |s, x, y| _mm512_dpwssd_epi32(s, x, y)
    );

    macro_rules! twelve {
        ($f:ident) => {
            [
                $f::<1>, $f::<2>, $f::<3>, $f::<4>, $f::<5>, $f::<6>, $f::<7>, $f::<8>, $f::<9>, $f::<10>, $f::<11>,
                $f::<12>,
            ]
        };
    }
    pub static F32_512: [Tile<f32, Line<f32, 16>, f32>; 12] = twelve!(f32_512);
    pub static I16_512: [Tile<i16, Line<i16, 32>, i32>; 12] = twelve!(i16_512);
    pub static I16_512_VNNI: [Tile<i16, Line<i16, 32>, i32>; 12] = twelve!(i16_512_vnni);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Isa; 5] = [Isa::Plain, Isa::Avx2, Isa::AvxVnni, Isa::Avx512, Isa::Avx512Vnni];

    /// A panel from columns of numbers.
    fn panel<T: Number>(k: usize, columns: &[Vec<T>]) -> Vec<T::Line> {
        let mut lines = vec![T::ZERO; k.div_ceil(T::STEP)];
        for (j, column) in columns.iter().enumerate() {
            for (line, v) in lines.iter_mut().zip(column.chunks(T::STEP)) {
                T::put(line, j, v);
            }
        }
        lines
    }

    fn shapes() -> impl Strategy<Value = (usize, usize, usize, usize)> {
        // Rows, inner dimension (beyond one run of lines too), gap between rows, columns in use.
        (1..40usize, prop_oneof![1..70usize, 760..800usize], 0..5usize, 1..=PANEL)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 48 }))]

        /// Integer sums are exactly those of 64-bit arithmetic, on every set of instructions that is here.
        #[test]
        fn integer_sums_are_exact((rows, k, gap, width) in shapes(), seed in any::<u64>()) {
            let mut random = crate::random::SplitMix64(seed);
            let even = k.next_multiple_of(2);
            // As large as the bound on sums allows.
            let top = (f64::from(i32::MAX) / even as f64).sqrt().min(32767.0) as i64;
            let mut number = || ((random.next() >> 1) as i64 % (2 * top + 1) - top) as i16;
            let stride = even + gap;
            let a: Vec<i16> = (0..rows * stride).map(|i| if i % stride < k { number() } else { 0 }).collect();
            let columns: Vec<Vec<i16>> = (0..width).map(|_| (0..k).map(|_| number()).collect()).collect();
            let b = panel(k, &columns);
            for isa in ALL.into_iter().filter(|i| i.runs_here()) {
                let mut c = vec![7i32; rows * PANEL];
                multiply(isa, &a, stride, rows, &b, &mut c);
                for r in 0..rows {
                    for j in 0..PANEL {
                        let want = columns.get(j).map_or(0i64, |column| {
                            column.iter().zip(&a[r * stride..]).map(|(&x, &y)| i64::from(x) * i64::from(y)).sum()
                        });
                        prop_assert_eq!(i64::from(c[r * PANEL + j]), want, "{:?} row {} column {}", isa, r, j);
                    }
                }
            }
        }

        /// Sums in f32 are close to those in f64, and a row has the same bits alone and among others.
        #[test]
        fn float_sums_are_close_and_rows_independent((rows, k, gap, width) in shapes(), seed in any::<u64>()) {
            let mut random = crate::random::SplitMix64(seed);
            let mut number = || ((random.next() >> 40) as f32 / (1u64 << 23) as f32) - 1.0;
            let stride = k + gap;
            let a: Vec<f32> = (0..rows * stride).map(|_| number()).collect();
            let columns: Vec<Vec<f32>> = (0..width).map(|_| (0..k).map(|_| number()).collect()).collect();
            let b = panel(k, &columns);
            for isa in ALL.into_iter().filter(|i| i.runs_here()) {
                let mut c = vec![7f32; rows * PANEL];
                multiply(isa, &a, stride, rows, &b, &mut c);
                for r in 0..rows {
                    let mut alone = vec![7f32; PANEL];
                    multiply(isa, &a[r * stride..], stride, 1, &b, &mut alone);
                    prop_assert_eq!(&alone[..], &c[r * PANEL..(r + 1) * PANEL], "{:?} row {}", isa, r);
                    for j in 0..PANEL {
                        let want = columns.get(j).map_or(0f64, |column| {
                            column.iter().zip(&a[r * stride..]).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
                        });
                        prop_assert!((f64::from(alone[j]) - want).abs() < 1e-4, "{:?}: {} for {}", isa, alone[j], want);
                    }
                }
            }
        }
    }

    /// Every set of instructions with fused multiply-add gives the same bits.
    #[test]
    fn float_sums_have_the_same_bits_as_a_chain_of_fused_ones() {
        let mut random = crate::random::SplitMix64(5);
        let mut number = || ((random.next() >> 40) as f32 / (1u64 << 23) as f32) - 1.0;
        let (k, rows) = (771, 13);
        let a: Vec<f32> = (0..rows * k).map(|_| number()).collect();
        let columns: Vec<Vec<f32>> = (0..PANEL).map(|_| (0..k).map(|_| number()).collect()).collect();
        let b = panel(k, &columns);
        for isa in ALL.into_iter().filter(|i| *i != Isa::Plain && i.runs_here()) {
            let mut c = vec![0f32; rows * PANEL];
            multiply(isa, &a, k, rows, &b, &mut c);
            for (r, row) in c.chunks(PANEL).enumerate() {
                for (j, got) in row.iter().enumerate() {
                    let want = a[r * k..(r + 1) * k].iter().zip(&columns[j]).fold(0f32, |s, (x, y)| x.mul_add(*y, s));
                    assert_eq!(got.to_bits(), want.to_bits(), "{isa:?} row {r} column {j}");
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "beyond the slices")]
    fn short_slices_are_refused() {
        multiply(Isa::best(), &[0f32; 7], 4, 2, &[f32::ZERO; 4], &mut [0f32; 32]);
    }
}
