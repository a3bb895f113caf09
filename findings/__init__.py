"""What a check found, and how it is shown. Pure.

`findings.render` has the formats; it is imported only where a report is written, since a synthesis starts with this.
"""

from findings.finding import Affected, Finding, Place, Severity, Step

__all__ = ["Affected", "Finding", "Place", "Severity", "Step"]
