//! Making a picture smaller, row by row: beside the picture and the new one, only a few rows are in memory.
//!
//! Each new pixel is a weighted mean of those that it stands for and their neighbours (Catmull-Rom), first along the
//! rows and then across them, in whole numbers: the same on every machine, and quick on one without a vector unit.

use super::raster::Raster;

/// Weights are in units of 1 / 2^14.
const WEIGHT_BITS: u32 = 14;
/// Between the two passes, samples have so many bits behind the point; so they fit 16 bits, with what sharpening adds.
const EXTRA_BITS: u32 = 6;
/// How far the curve reaches, in new pixels.
const REACH: f64 = 2.0;

/// The picture with this size, which must not be larger than its own in either direction.
pub fn shrink(source: &Raster, width: u32, height: u32) -> Raster {
    let channels = source.channels;
    let data = match channels.count() {
        1 => rows::<1>(source, width, height),
        2 => rows::<2>(source, width, height),
        3 => rows::<3>(source, width, height),
        _ => rows::<4>(source, width, height),
    };
    Raster { width, height, channels, data }
}

/// The new pixels, `N` channels each.
fn rows<const N: usize>(source: &Raster, width: u32, height: u32) -> Vec<u8> {
    let has_alpha = source.channels.has_alpha();
    let (across, down) = (all_taps(source.width, width), all_taps(source.height, height));
    let row_len = width as usize * N;
    // As many rows as are needed at a time, used in turn.
    let window = down.iter().map(|taps| taps.weights.len()).max().unwrap_or(1);
    let mut narrow = vec![vec![0_i16; row_len]; window];
    let mut weighted = vec![0_u8; if has_alpha { source.row_len() } else { 0 }];
    let mut sums = vec![0_i32; row_len];
    let mut data = Vec::with_capacity(row_len * height as usize);

    let mut source_rows = source.data.chunks_exact(source.row_len());
    let mut read = 0;
    for taps in &down {
        while read < taps.first + taps.weights.len() {
            let Some(row) = source_rows.next() else { break };
            let target = &mut narrow[read % window];
            if has_alpha {
                weigh_by_alpha::<N>(row, &mut weighted);
                along_row::<N>(&weighted, &across, target);
            } else {
                along_row::<N>(row, &across, target);
            }
            read += 1;
        }
        sums.fill(1 << (WEIGHT_BITS + EXTRA_BITS - 1));
        for (index, weight) in (taps.first..).zip(&taps.weights) {
            for (sum, sample) in sums.iter_mut().zip(&narrow[index % window]) {
                *sum += weight * i32::from(*sample);
            }
        }
        let start = data.len();
        data.extend(sums.iter().map(|sum| to_byte(sum >> (WEIGHT_BITS + EXTRA_BITS))));
        if has_alpha {
            unweigh_by_alpha::<N>(&mut data[start..]);
        }
    }
    data
}

/// One row, narrower.
fn along_row<const N: usize>(row: &[u8], taps: &[Taps], target: &mut [i16]) {
    let (pixels, _) = row.as_chunks::<N>();
    let (targets, _) = target.as_chunks_mut::<N>();
    for (taps, target) in taps.iter().zip(targets) {
        let mut sums = [1 << (WEIGHT_BITS - EXTRA_BITS - 1); N];
        for (weight, pixel) in taps.weights.iter().zip(pixels.iter().skip(taps.first)) {
            for (sum, sample) in sums.iter_mut().zip(pixel) {
                *sum += weight * i32::from(*sample);
            }
        }
        for (sample, sum) in target.iter_mut().zip(sums) {
            *sample = i16::try_from(sum >> (WEIGHT_BITS - EXTRA_BITS)).unwrap_or(i16::MAX);
        }
    }
}

/// What cannot be seen must not colour what can.
fn weigh_by_alpha<const N: usize>(row: &[u8], target: &mut [u8]) {
    for (pixel, target) in row.chunks_exact(N).zip(target.chunks_exact_mut(N)) {
        let alpha = pixel.last().map_or(255, |alpha| i32::from(*alpha));
        for (value, sample) in target.iter_mut().zip(pixel) {
            *value = to_byte((i32::from(*sample) * alpha + 127) / 255);
        }
        if let (Some(value), Some(alpha)) = (target.last_mut(), pixel.last()) {
            *value = *alpha;
        }
    }
}

fn unweigh_by_alpha<const N: usize>(row: &mut [u8]) {
    for pixel in row.chunks_exact_mut(N) {
        if let Some((alpha, samples)) = pixel.split_last_mut()
            && *alpha > 0
        {
            let alpha = i32::from(*alpha);
            for sample in samples {
                *sample = to_byte((i32::from(*sample) * 255 + alpha / 2) / alpha);
            }
        }
    }
}

fn to_byte(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
}

/// The samples that a new one is made of.
struct Taps {
    first: usize,
    /// Their sum is one.
    weights: Vec<i32>,
}

/// For each of `to` new samples, from which of the `from` old ones it is made.
fn all_taps(from: u32, to: u32) -> Vec<Taps> {
    let ratio = f64::from(from) / f64::from(to);
    (0..to).map(|index| taps((f64::from(index) + 0.5) * ratio, ratio, from)).collect()
}

/// The new sample whose middle lies at `middle`, and that stands for `ratio` old ones.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a picture and weights: small, and cut to what there is"
)]
fn taps(middle: f64, ratio: f64, from: u32) -> Taps {
    let first = (middle - REACH * ratio).ceil().max(0.0) as u32;
    let end = ((middle + REACH * ratio).ceil() as u32).min(from).max(first + 1);
    let curve: Vec<f64> = (first..end).map(|old| catmull_rom((f64::from(old) + 0.5 - middle) / ratio)).collect();
    let sum: f64 = curve.iter().sum();
    let one = 1 << WEIGHT_BITS;
    let mut weights: Vec<i32> = curve.iter().map(|value| (value / sum * f64::from(one)).round() as i32).collect();
    // What rounding left goes where it shows least: an even ground stays even.
    let left = one - weights.iter().sum::<i32>();
    if let Some(largest) = weights.iter_mut().max() {
        *largest += left;
    }
    Taps { first: first as usize, weights }
}

fn catmull_rom(distance: f64) -> f64 {
    let x = distance.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((2.5 - 0.5 * x) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}
