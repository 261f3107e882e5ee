"""Trouble tickets as customers' systems send them."""

from typing import Any

SMALL: dict[str, Any] = {
    "@type": "TroubleTicket",
    "description": "No light on port 3.",
    "severity": "Critical",
    "ticketType": "incident",
}
"""The least that version 5 takes."""

LARGE: dict[str, Any] = {
    **SMALL,
    "name": "The line to Hamburg is down",
    "priority": "High",
    "status": "inProgress",
    "issueStartDate": "2026-11-23T10:40:00+01:00",
    "requestedResolutionDate": "2026-11-24T12:00:00.000Z",
    "channel": {"id": "8774", "name": "self service", "@type": "ChannelRef"},
    "externalIdentifier": [{"id": "4711", "owner": "NOC", "@type": "ExternalIdentifier"}],
    "note": [{"text": "It began after the storm.", "author": "Ada", "@type": "Note"}],
    "attachment": [
        {
            "name": "trace.txt",
            "attachmentType": "log",
            "mimeType": "text/plain",
            "content": "aGVsbG8=",
            "@type": "Attachment",
        },
        {"id": "9", "name": "photo", "url": "https://acme.example/9", "@type": "AttachmentRef"},
    ],
    "relatedEntity": [
        {"role": "service", "@type": "RelatedEntity", "entity": {"id": "SVC-1005", "@type": "EntityRef"}}
    ],
    "relatedParty": [
        {
            "role": "reporter",
            "@type": "RelatedPartyRefOrPartyRoleRef",
            "partyOrPartyRole": {"id": "9867", "name": "Ada", "@type": "PartyRef"},
        }
    ],
    "troubleTicketCharacteristic": [
        {"name": "observedImpact", "value": "DOWN", "@type": "StringCharacteristic"},
        {"name": "ports", "value": [3, 4], "@type": "IntegerArrayCharacteristic"},
    ],
}
"""One with everything."""

OLD: dict[str, Any] = {
    "description": "No light on port 3.",
    "severity": "Major",
    "ticketType": "incident",
    "externalId": "4712",
    "relatedEntity": [{"id": "SVC-1005", "role": "service", "@referredType": "Service", "@type": "Product"}],
    "relatedParty": [{"id": "9867", "name": "Ada", "role": "reporter", "@referredType": "Individual"}],
    "note": [{"text": "It began after the storm.", "author": "Ada"}],
}
"""One of version 4."""
