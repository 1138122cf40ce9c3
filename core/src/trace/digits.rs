//! Numbers as text, on the stack: made once and written several times. `write!` would take several times as long.

/// `N` lower-case hex digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hex<const N: usize>([u8; N]);

impl<const N: usize> Hex<N> {
    pub(super) fn new(number: u128) -> Self {
        let mut rest = number;
        let mut digits = [0; N];
        for eight in digits.rchunks_exact_mut(8) {
            eight.copy_from_slice(&eight_digits(rest as u32));
            rest >>= 32;
        }
        Self(digits)
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// All eight at once, each in a byte of its own.
fn eight_digits(number: u32) -> [u8; 8] {
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
    /// As many as the largest number has, right-aligned.
    digits: [u8; 20],
    len: usize,
}

impl Decimal {
    pub(super) fn new(number: u64) -> Self {
        let mut rest = number;
        let mut decimal = Self {
            digits: [0; 20],
            len: 0,
        };
        for digit in decimal.digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            decimal.len += 1;
            if rest == 0 {
                break;
            }
        }
        decimal
    }

    pub(super) fn as_str(&self) -> &str {
        let digits = self.digits.get(self.digits.len() - self.len..);
        std::str::from_utf8(digits.unwrap_or_default()).unwrap_or_default()
    }
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
}
