"""A trial of a channel in lines: the conversation, what the provider said, what it means."""

from notifications.trying import Trial
from workflow.store.offices.masking import masked, masked_in
from workflow.store.offices.robot_address import is_robot, masked_robot


def lines_of(trial: Trial, address: str) -> tuple[str, ...]:
    """What was said on the line and in the end, without whole addresses and numbers."""
    said = (*(f"  {one}" for one in trial.dialogue), trial.receipt.detail)
    return tuple(masked_in(line.replace(address, shown_address(address))) for line in said)


def shown_address(address: str) -> str:
    """An address of any way, masked."""
    return masked_robot(address) if is_robot(address) else address and masked(address)
