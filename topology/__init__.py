"""What a topology file may say, and what follows from it. Pure: no cdktf, no boto3."""

from topology.decisions import design
from topology.design import Design
from topology.problems import TopologyError
from topology.reader import Reading, read_topology

__all__ = ["Design", "Reading", "TopologyError", "design", "read_topology"]
