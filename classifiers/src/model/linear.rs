//! The arithmetic of the network, in plain `f32`. Sums are made in one fixed order, whatever stands beside: a row comes out the same alone and among others.

use super::config::Activation;

/// Numbers summed side by side, for vector registers.
const LANES: usize = 8;
/// Rows that share one reading of the weights: with as many lanes, what sixteen registers hold.
const ROWS: usize = 4;

/// `x·Wᵀ + b`.
#[derive(Debug)]
pub(super) struct Linear {
    /// The weights of [`LANES`] outputs at a time, input by input; the last ones filled up with zeros.
    panels: Vec<[f32; LANES]>,
    bias: Vec<f32>,
    inputs: usize,
}

/// Scale and shift behind a normalisation.
#[derive(Debug)]
pub(super) struct Norm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Linear {
    /// A map to as many outputs as `bias` has; `weight` holds a row of `inputs` for each.
    pub(super) fn new(weight: &[f32], bias: Vec<f32>, inputs: usize) -> Self {
        let mut panels = vec![[0.0; LANES]; bias.len().div_ceil(LANES) * inputs];
        for (o, row) in weight.chunks(inputs).enumerate() {
            let panel = &mut panels[o / LANES * inputs..][..inputs];
            panel.iter_mut().zip(row).for_each(|(lanes, w)| lanes[o % LANES] = *w);
        }
        Self { panels, bias, inputs }
    }

    /// Fills `out` with one row for each row of `x`.
    pub(super) fn apply(&self, x: &[f32], out: &mut Vec<f32>) {
        let (rows, outputs) = (x.len() / self.inputs, self.bias.len());
        out.clear();
        out.resize(rows * outputs, 0.0);
        for (from, panel) in (0..outputs).step_by(LANES).zip(self.panels.chunks(self.inputs)) {
            let bias = &self.bias[from..outputs.min(from + LANES)];
            let mut give = |row: usize, sums: &[f32; LANES]| {
                let out = &mut out[row * outputs + from..][..bias.len()];
                out.iter_mut().zip(bias).zip(sums).for_each(|((out, b), sum)| *out = sum + b);
            };
            let whole = rows - rows % ROWS;
            for row in (0..whole).step_by(ROWS) {
                let sums = tile::<ROWS>(panel, &x[row * self.inputs..]);
                sums.iter().zip(row..).for_each(|(sums, row)| give(row, sums));
            }
            for row in whole..rows {
                give(row, &tile::<1>(panel, &x[row * self.inputs..])[0]);
            }
        }
    }
}

/// Products of the first `N` rows with the weights of a panel.
fn tile<const N: usize>(panel: &[[f32; LANES]], x: &[f32]) -> [[f32; LANES]; N] {
    let inputs = panel.len();
    let rows: [&[f32]; N] = std::array::from_fn(|r| &x[r * inputs..][..inputs]);
    let mut sums = [[0.0; LANES]; N];
    for (i, w) in panel.iter().enumerate() {
        for (sums, row) in sums.iter_mut().zip(&rows) {
            let value = row[i];
            sums.iter_mut().zip(w).for_each(|(sum, w)| *sum += value * w);
        }
    }
    sums
}

/// Product of two vectors of one length.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a8, a_rest), (b8, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a8.iter().zip(b8) {
        for i in 0..LANES {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

impl Norm {
    /// Brings each row to mean 0 and variance 1, then scales and shifts it.
    pub(super) fn apply(&self, x: &mut [f32], epsilon: f32) {
        for row in x.chunks_mut(self.weight.len()) {
            let n = row.len() as f32;
            let mean = row.iter().sum::<f32>() / n;
            let variance = row.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / n;
            let scale = 1.0 / (variance + epsilon).sqrt();
            for ((v, w), b) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
                *v = (*v - mean) * scale * w + b;
            }
        }
    }
}

/// Adds one vector to another.
pub(super) fn add(x: &mut [f32], y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

/// Makes shares of scores.
pub(super) fn softmax(row: &mut [f32]) {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|v| *v = (*v - most).exp());
    let sum: f32 = row.iter().sum();
    row.iter_mut().for_each(|v| *v /= sum);
}

/// Applies the function between the halves of a layer.
pub(super) fn activate(kind: Activation, x: &mut [f32]) {
    match kind {
        Activation::Gelu => x.iter_mut().for_each(|v| *v = *v * 0.5 * (1.0 + erf(*v * std::f32::consts::FRAC_1_SQRT_2))),
        Activation::GeluTanh => x.iter_mut().for_each(|v| *v = *v * 0.5 * (1.0 + (0.797_884_6 * (*v + 0.044_715 * *v * *v * *v)).tanh())),
        Activation::Relu => x.iter_mut().for_each(|v| *v = v.max(0.0)),
    }
}

/// The error function, within 5e-7: Abramowitz and Stegun, 7.1.26.
pub(super) fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let polynomial = t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    (1.0 - polynomial * (-x * x).exp()).copysign(x)
}
