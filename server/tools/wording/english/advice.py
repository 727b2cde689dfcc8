"""What the agent does next, in the English words that several tables share."""

from __future__ import annotations

from typing import Final

MESSAGE: Final = "Offer to leave a message for the office."
GO_ON: Final = "Go on with the call; ask check_writeback once before goodbye. Do not send this again."
STANDS_NOW: Final = "Look at list_appointments, and tell the caller what stands now."
WHEN_BACK: Final = "It goes out by itself once that is back; check_writeback tells. Do not send this again."
WHEN_THROUGH: Final = "It goes out by itself; ask check_writeback before goodbye. Do not send this again."
NOTHING_MORE: Final = "Go on with the call."
STILL_STANDS: Final = "Say that the appointment still stands. Offer to leave a message for the office."
OTHER_TIMES: Final = "Offer other times with find_slots, or offer to leave a message for the office."
NO_PROMISE: Final = "Make no promise about when or how the office answers."
