"""The numbers and names that the recipe shares with the product.

They are written into `manifest.json`; the product reads them there and never repeats them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: Semantic groups of the MedMentions st21pv convention, from the UMLS semantic types of the annotated concepts.
CONCEPT_GROUPS = (
    "ANAT",
    "CHEM",
    "CONC",
    "DEVI",
    "DISO",
    "GENE",
    "GEOG",
    "LIVB",
    "OBJC",
    "OCCU",
    "ORGA",
    "PHEN",
    "PHYS",
    "PROC",
)

#: Groups of the BC5CDR and BioRED convention.
ENTITY_GROUPS = ("DISO", "CHEM", "GENE", "LIVB")

#: Readable names of the semantic groups, for the type label of a candidate.
GROUP_NAMES = {
    "ACTI": "activity",
    "ANAT": "anatomy",
    "CHEM": "chemical",
    "CONC": "concept",
    "DEVI": "device",
    "DISO": "disorder",
    "GENE": "gene",
    "GEOG": "place",
    "LIVB": "living being",
    "OBJC": "object",
    "OCCU": "occupation",
    "ORGA": "organization",
    "PHEN": "phenomenon",
    "PHYS": "physiology",
    "PROC": "procedure",
}

#: Features of a candidate, in the order of the graph's `features` input.
FEATURES = (
    "lexicalScore",
    "exact",
    "caseExact",
    "nameShare",
    "logNameCount",
    "logConceptCount",
    "isPreferred",
    "expanded",
    "reciprocalRank",
    "typeMatch",
    "sameWords",
    "samePreferredWords",
    "sameLastWord",
    "samePreferredLastWord",
    "sameFirstWord",
    "conceptShare",
    "soleExact",
    "exactPreferred",
    "isObserved",
    "isAbbreviation",
    "shorterName",
    "longerName",
    "lexicalGap",
    "denseScore",
    "denseGap",
    "officialScore",
    "logMatches",
    "shareOfConcept",
    "contextFit",
    "contextKnown",
    "contextCount",
)

#: Most word pieces of each part of a candidate segment, and of the whole segment with its special tokens.
LIMITS = {"mention": 12, "name": 16, "preferred": 12, "type": 6, "total": 40}

#: Longest passage, in UTF-16 units of the product and code points here (the corpora have hardly any astral character).
PASSAGE_CHARACTERS = 1000

#: Candidates that are considered, of the fused list.
RANKED_CANDIDATES = 24

#: Candidates that the encoder reads at most, of those considered.
READ_CANDIDATES = 7

#: Candidates that retrieval keeps.
KEPT_CANDIDATES = 64


def bio_labels(groups: tuple[str, ...]) -> list[str]:
    """`O`, then `B-G` and `I-G` of every group."""
    return ["O", *(f"{prefix}-{group}" for group in groups for prefix in "BI")]


HEADS = (
    {"name": "concepts", "offset": 0, "labels": bio_labels(CONCEPT_GROUPS)},
    {"name": "entities", "offset": 2 * len(CONCEPT_GROUPS) + 1, "labels": bio_labels(ENTITY_GROUPS)},
)

#: The column of `token_logits` whose mean over a mention's tokens is the logit of "none of these".
NONE_OFFSET = len(HEADS[0]["labels"]) + len(HEADS[1]["labels"])

TOKEN_LOGITS = NONE_OFFSET + 1


@dataclass(frozen=True)
class Architecture:
    """Sizes of the encoder. `vocabulary` is the number of word pieces."""

    layers: int = 6
    hidden: int = 384
    heads: int = 12
    intermediate: int = 1536
    vocabulary: int = 30522
    max_tokens: int = 512
    score_hidden: int = 128
    #: Width of the score's path for the features alone.
    facts_hidden: int = 64
    token_logits: int = TOKEN_LOGITS
    features: int = field(default=len(FEATURES))

    @property
    def head_dim(self) -> int:
        return self.hidden // self.heads
