"""The contract: the ids that a spoke needs from its hub, in one document that the hub publishes.

Spokes read it from a parameter in the hub's account rather than from the hub's state, so that no spoke's pipeline needs
access to another's state. Both sides are in this file because they change together. The DNS mechanism adds sections
such as `rules` (`modules.parts.Dns`):

{"version": 1, "transit_gateway_id": "tgw-…",
     "tables": {"hub": "tgw-rtb-…", "<segment>": …}, "rules": {"<domain>": "rslvr-rr-…"}}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from modules import aws
from modules.cdk import (
    Construct,
    Fn,
    ITerraformDependable,
    Postcondition,
    TerraformLocal,
    TerraformResourceLifecycle,
)
from modules.tags import tags
from topology.design import CONTRACT_VERSION
from topology.names import CONTRACT_WRITERS

__all__ = ["Contract", "HubContract"]


class Contract(Construct):
    """The hub's side: an SSM parameter in the hub's account, written after everything that it names has been shared."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        parameter: str,
        gateway_id: str,
        table_ids: Mapping[str, str],
        sections: Mapping[str, Mapping[str, str]],
        provider: aws.AwsProvider,
        after: Iterable[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id)
        document = {
            "version": CONTRACT_VERSION,
            "transit_gateway_id": gateway_id,
            "tables": dict(table_ids),
            **sections,
        }
        aws.SsmParameter(
            self,
            "parameter",
            provider=provider,
            name=parameter,
            description="What the spokes of this hub need to know of it",
            type="String",
            insecure_value=Fn.jsonencode(document),  # ids are not secret, and plans stay readable
            tags=tags(parameter, "contract"),
            depends_on=list(after),
        )


class HubContract(Construct):
    """The spoke's side: reads the contract when Terraform plans.

    An unknown contract version is refused with the version of this project to use; a contract that lacks what the spoke
    needs, with the stack to apply first. The message names the first version of the project that writes this contract
    version, so that a release changes no stack.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        parameter: str,
        hub_stack: str,
        tables: Iterable[str],
        sections: Mapping[str, Iterable[str]],
        provider: aws.AwsProvider,
    ) -> None:
        super().__init__(scope, id)
        needs = {"tables": sorted(tables), **{section: sorted(names) for section, names in sections.items()}}
        offered = " && ".join(
            f"length(setsubtract({json.dumps(names)}, keys(jsondecode(self.insecure_value).{part}))) == 0"
            for part, names in needs.items()
        )
        document = aws.DataAwsSsmParameter(
            self,
            "parameter",
            provider=provider,
            name=parameter,
            lifecycle=TerraformResourceLifecycle(
                postcondition=[
                    Postcondition(
                        condition=f"${{jsondecode(self.insecure_value).version == {CONTRACT_VERSION}}}",
                        error_message=f"This spoke reads version {CONTRACT_VERSION} of the contract, which "
                        f"endpoint-hub {CONTRACT_WRITERS[CONTRACT_VERSION]} and later write. Apply {hub_stack} with "
                        "such a version, or this stack with the version that applied the hub.",
                    ),
                    Postcondition(
                        condition=f"${{{offered}}}",
                        error_message=f"The hub's contract lacks a table or rule that this spoke needs: "
                        f"{'; '.join(map(', '.join, needs.values()))}. Apply {hub_stack} first.",
                    ),
                ]
            ),
        )
        local = TerraformLocal(self, "document", f"${{jsondecode({document.fqn}.insecure_value)}}")
        contract = f"local.{local.friendly_unique_id}"
        self.gateway_id = f"${{{contract}.transit_gateway_id}}"
        self.sections = {
            section: {name: f'${{{contract}.{section}["{name}"]}}' for name in names}
            for section, names in needs.items()
        }
        """The ids that the spoke needs, by section and name."""
        self.table_ids = self.sections["tables"]
