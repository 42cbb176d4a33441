"""What others read of an address: enough to tell two apart, too little to call."""

import pytest

from workflow.store.offices.masking import masked, masked_in


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("13812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("0859-3221234", "085****1234"),
        ("3221234", "****34"),
        ("110", "****"),
        ("zhang.wei@example.org", "zh***@example.org"),
        ("abc@example.org", "a***@example.org"),
        ("a@b@example.org", "a***@example.org"),
    ],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("550 5.1.1 <zhang.wei@example.org>: unknown", "550 5.1.1 <zh***@example.org>: unknown"),
        ("号码13812341234是空号", "号码138****1234是空号"),
        ("8613812341234 absent", "138****1234 absent"),
        ("id 20260302138123412345 sent", "id 20260302138123412345 sent"),
        ("2026-03-02 10:00，共 12 条", "2026-03-02 10:00，共 12 条"),
    ],
)
def test_what_a_provider_said_is_masked(text: str, shown: str) -> None:
    assert masked_in(text) == shown
