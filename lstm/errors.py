"""What the reader can put right, in words that fit on the page."""


class LabError(ValueError):
    """Input that cannot be used: the message says what was given and what is wanted.

    Everything else that is raised is a bug. The message is shown to the reader
    as it stands, so it names the quantity as the page does and ends with what
    to do.
    """
