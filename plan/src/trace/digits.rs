//! Numbers as text, on the stack: made once and written several times. `write!` would take several times as long.

/// `N` lower-case hex digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hex<const N: usize>([u8; N]);

impl<const N: usize> Hex<N> {
    pub(super) fn new(number: u128) -> Self {
        let mut rest = number;
        let mut digits = [0; N];
        for eight in digits.rchunks_exact_mut(8) {
            eight.copy_from_slice(&eight_hex_digits(rest as u32));
            rest >>= 32;
        }
        Self(digits)
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// All eight at once, each in a byte of its own.
fn eight_hex_digits(number: u32) -> [u8; 8] {
    let mut values = u64::from(number);
    values = (values | values << 16) & 0x0000_ffff_0000_ffff;
    values = (values | values << 8) & 0x00ff_00ff_00ff_00ff;
    values = (values | values << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // 1 in the bytes of 10 and more, which are letters.
    let letters = ((values + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    let digits = values + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'9' - 1);
    digits.to_be_bytes()
}

/// Decimal digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    /// The largest number has 20: right-aligned.
    digits: [u8; 24],
    len: usize,
}

impl Decimal {
    pub(super) fn new(number: u64) -> Self {
        const EIGHT_DIGITS: u64 = 100_000_000;
        let mut rest = number;
        let mut digits = [0; 24];
        let mut len = 0;
        for eight in digits.rchunks_exact_mut(8) {
            let values = eight_decimal_digits((rest % EIGHT_DIGITS) as u32);
            eight.copy_from_slice(&(values + 0x3030_3030_3030_3030).to_be_bytes());
            len += 8;
            rest /= EIGHT_DIGITS;
            if rest == 0 {
                // Zeros in front are none of the number's digits; of 0 itself the last one is.
                len -= (values | 1).leading_zeros() as usize / 8;
                break;
            }
        }
        Self { digits, len }
    }

    pub(super) fn as_str(&self) -> &str {
        let digits = self.digits.get(self.digits.len() - self.len..);
        std::str::from_utf8(digits.unwrap_or_default()).unwrap_or_default()
    }
}

/// The values of the digits of a number under 10^8, each in a byte of its own: the halves of four digits are divided at
/// once, then the four pairs. The factors are 1/100 and 1/10, exact for what is divided by them.
fn eight_decimal_digits(number: u32) -> u64 {
    let halves = u64::from(number / 10_000) << 32 | u64::from(number % 10_000);
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds << 16 | (halves - hundreds * 100);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens << 8 | (pairs - tens * 10)
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Hex};

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for number in [0, 1, 9, 10, 443, 0xdead_beef, u64::MAX / 3, u64::MAX] {
            assert_eq!(Decimal::new(number).as_str(), number.to_string());
            assert_eq!(
                Hex::<16>::new(number.into()).as_str(),
                format!("{number:016x}")
            );
            let wide = u128::from(number) << 64 | 0x0123_4567_89ab_cdef;
            assert_eq!(Hex::<32>::new(wide).as_str(), format!("{wide:032x}"));
        }
    }

    #[test]
    fn decimal_digits_are_right_at_every_place() {
        let four_digits = (0..10_000).flat_map(|number| [number, number * 10_000 + 9_999]);
        let all_places = (0..20).flat_map(|place| {
            let power = 10_u64.pow(place);
            [power - 1, power, power.saturating_mul(9)]
        });
        for number in four_digits.chain(all_places) {
            assert_eq!(Decimal::new(number).as_str(), number.to_string());
        }
    }
}
