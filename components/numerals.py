"""How numbers are written on the page: with a real minus sign, and never as −0."""

import math


def fixed(value: float, decimals: int) -> str:
    """Write a number with fixed decimals.

    Examples
    --------
    >>> fixed(-0.4852, 3), fixed(-0.0001, 3)
    ('−0.485', '0.000')
    """
    text = f"{value:.{decimals}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "−")


def short(value: float) -> str:
    """Write a number in at most six characters; nothing where there is none.

    Examples
    --------
    >>> short(-0.5), short(1.0), short(-999.5), short(1234567.0), short(math.nan)
    ('−0.50', '1.00', '−1000', '1.2e6', '')
    """
    if math.isnan(value):
        return ""
    if abs(value) < 9999.5:
        return fixed(value, 2 if abs(value) < 99.995 else 0)
    return f"{value:.1e}".replace("e+0", "e").replace("e+", "e").replace("-", "−")


def percent(share: float) -> str:
    """Write a share of 1 in percent.

    Examples
    --------
    >>> percent(0.0274), percent(0.9975)
    ('2.7 %', '100 %')
    """
    return fixed(share * 100, 1 if abs(share) < 0.1 else 0) + " %"


def grouped(value: float) -> str:
    """Write a bound: whole thousands are grouped.

    Examples
    --------
    >>> grouped(-1e6), grouped(0.5), grouped(1e-6)
    ('−1,000,000', '0.5', '0.000001')
    """
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,g}"
    if "e-" in text:
        text = f"{value:.12f}".rstrip("0")
    return text.replace("-", "−")


def counted(count: int, noun: str) -> str:
    """Write how many there are of something.

    Examples
    --------
    >>> counted(1, "number"), counted(2, "number")
    ('1 number', '2 numbers')
    """
    return f"{count} {noun}" + ("" if count == 1 else "s")
