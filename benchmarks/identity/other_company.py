"""A second company, by other code and with other errors than the sandbox: the exam of the rules.

Names follow a Zipf-like curve, so common names meet by chance. What goes wrong: keyboard slips and
doubled letters, swapped and maiden names, initials, prefixes, job changes, switchboards, families
on one line and one mailbox, fathers and sons, recycled numbers, a colleague's address on a form,
role mailboxes, placeholders, plus tags, two domains of one company and two companies of one name.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benchmarks.identity.other_text import FIRST, LAST, POOLS, TRADES, Writer, plain

START = datetime(2024, 3, 1)
PEOPLE_PER_COMPANY = 7


@dataclass(frozen=True)
class _Firm:
    number: int
    name: str
    domain: str
    other_domain: str | None
    phone: str
    country: str
    street: str
    postal_code: str
    style: int


@dataclass
class _Human:
    key: str
    first: str
    last: str
    firm: _Firm | None
    email: str
    private_email: str
    mobile: str
    street: str
    postal_code: str
    country: str


@dataclass
class OtherCompany:
    """Rows as `int_identity__source_rows` has them, vendor merges, and who is who by record key."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    merges: list[tuple[str, str, str, str]] = field(default_factory=list)
    person_of: dict[str, str] = field(default_factory=dict)
    account_of: dict[str, str] = field(default_factory=dict)


def generate(seed: int, people: int) -> OtherCompany:
    """Return the company of a seed with so many human beings."""
    maker = _Maker(Random(f"other/{seed}"))
    firms = [maker.firm(number) for number in range(max(3, people // PEOPLE_PER_COMPANY))]
    for number in range(people):
        maker.human(number, maker.random.choice(firms) if maker.random.random() < 0.8 else None)
    for human in list(maker.humans):
        maker.write_down(human)
    maker.noise(firms, people // 60)
    maker.random.shuffle(maker.company.rows)
    return maker.company


class _Maker(Writer):
    """One stream of random draws over the whole company, in a fixed order."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.company = OtherCompany()
        self.humans: list[_Human] = []
        self.taken: set[str] = set()
        self.count = 0

    def firm(self, number: int) -> _Firm:
        word, trade = self.name(LAST), self.random.choice(TRADES)
        name = f"{word} {trade}"
        domain = f"{plain(word)}-{trade.lower()}.example"
        while domain in self.taken:  # another company of the same name
            domain = f"{plain(word)}{self.random.randrange(10_000)}.example"
        self.taken.add(domain)
        country = self.random.choice(POOLS["countries"])
        twin = domain.replace(".example", ".co.example") if self.random.random() < 0.05 else None
        firm = _Firm(
            number, name, domain, twin, self.phone(country["phone"]), country["name"],
            self.street(),
            f"{self.random.randrange(10_000, 99_999)}", self.random.randrange(3),
        )  # fmt: skip
        for legal in self.random.sample(POOLS["legal"], self.random.choice((1, 1, 2))):
            key = self._row(
                "companies", company_name=name + legal, company_domain=f"https://www.{domain}/",
                country=country["name"],
            )  # fmt: skip
            self.company.account_of[key] = f"f{number}"
        return firm

    def human(self, number: int, firm: _Firm | None) -> None:
        first, last = self.name(FIRST), self.name(LAST)
        base = self.random.choice(self.humans) if self.humans else None
        fate = self.random.random()
        private = f"{plain(first)}{plain(last)}{self.random.randrange(1000)}@{self.free()}"
        street, postal = self.street(), f"{self.random.randrange(10_000, 99_999)}"
        country = self.random.choice(POOLS["countries"])
        home = country["name"]
        mobile = self.phone(country["phone"])
        if base and fate < 0.03:  # one household: name, street, and now and then line and mailbox
            last, street, postal, home = base.last, base.street, base.postal_code, base.country
            mobile = base.mobile if self.random.random() < 0.5 else mobile
            private = base.private_email if self.random.random() < 0.4 else private
            if self.random.random() < 0.1:
                first = base.first  # father and son
        if base and 0.03 <= fate < 0.035:
            mobile = base.mobile  # a number given out again
        email = self._work_address(first, last, firm) if firm else private
        found = (first, last, firm, email, private, mobile, street, postal, home)
        self.humans.append(_Human(f"h{number}", *found))

    def write_down(self, human: _Human) -> None:
        """The records of one person over the systems, each a little wrong in its own way."""
        first_key = self._contact(human, clean=True)
        for _ in range(self.random.choices((0, 1, 2), (0.70, 0.23, 0.07))[0]):
            key = self._contact(human, clean=False)
            if self.random.random() < 0.15:
                loser, winner = (each.rpartition("|")[2] for each in (key, first_key))
                self.company.merges.append(("crm_b", "contacts", loser, winner))
        if self.random.random() < 0.5:
            self._person(
                "members", human, email=self.tagged(human.email), first_name=human.first,
                last_name=human.last if self.random.random() < 0.8 else None,
            )  # fmt: skip
        if self.random.random() < 0.3:
            self._form(human)

    def _contact(self, human: _Human, *, clean: bool) -> str:
        firm = human.firm
        fields: dict[str, Any] = {
            "first_name": human.first, "last_name": human.last, "email": human.email,
            "phone": human.mobile if self.random.random() < 0.6 else None,
            "company_name": firm.name + self.random.choice(POOLS["legal"]) if firm else None,
            "country": human.country, "postal_code": (firm or human).postal_code,
            "street": (firm or human).street,
        }  # fmt: skip
        if firm and self.random.random() < 0.25:
            fields["phone"] = firm.phone  # the switchboard
        if firm and self.random.random() < 0.5:
            fields |= {"street": None, "postal_code": None}
        if not clean:
            for _ in range(self.random.choice((1, 1, 2))):
                self._spoil(fields, human)
        return self._person("contacts", human, **fields)

    def _spoil(self, fields: dict[str, Any], human: _Human) -> None:
        first, last = str(fields["first_name"] or ""), str(fields["last_name"] or "")
        match self.random.randrange(12):
            case 0:
                fields["last_name"] = self.slip(last)
            case 1:
                fields["first_name"] = self.slip(first)
            case 2:
                fields |= {"first_name": last, "last_name": first}
            case 3:  # married: the name changed, the telephone did not
                fields |= {"last_name": self.name(LAST), "phone": human.mobile}
            case 4:
                fields["first_name"] = f"{first[:1]}."
            case 5:
                fields["first_name"] = self.random.choice(("Dr. ", "Mr ", "Ing. ")) + first
            case 6:
                fields["first_name"] = POOLS["short"].get(human.first, first)
            case 7:  # another job: new company and address, the old mobile or nothing
                fields |= {
                    "email": f"{plain(first)}.{plain(last)}@{self.name(TRADES).lower()}"
                    f"{self.random.randrange(400)}.example",
                    "company_name": self.name(TRADES), "street": None, "postal_code": None,
                    "phone": human.mobile if self.random.random() < 0.7 else None,
                }  # fmt: skip
            case 8:
                fields |= {"email": human.private_email}
            case 9:
                fields |= {"email": None, "phone": human.mobile}
            case 10:
                fields["email"] = self.tagged(str(fields["email"] or "")) or None
            case 11:
                fields |= {"first_name": first.upper(), "last_name": last.upper()}

    def _form(self, human: _Human) -> None:
        email = human.email
        if human.firm and self.random.random() < 0.03:
            mates = [each for each in self.humans if each.firm is human.firm]
            email = self.random.choice(mates).email  # a colleague's address on the form
        key = self._person(
            "form_submissions", human, email=email, first_name=human.first, last_name=human.last,
            company_name=human.firm.name if human.firm else None,
        )  # fmt: skip
        self._person(
            "visitors", human, source="web_b", email=email, linked_record_id=key.rpartition("|")[2]
        )

    def noise(self, firms: list[_Firm], times: int) -> None:
        """Mailboxes, placeholders and spam: nobody stands behind them, so none may link."""
        for _ in range(max(2, times)):
            firm = self.random.choice(firms)
            mailbox = f"{self.random.choice(('info', 'Sales', 'kontakt'))}@{firm.domain}"
            self._row("contacts", email=mailbox, company_name=firm.name, phone=firm.phone)
            self._row("contacts", email="test@test.com", first_name="Test", phone="000-000-0000")
            self._row("contacts", first_name="asdf", last_name="asdf", phone="1111111111")
            spam = f"q{self.random.randrange(9)}@mailinator.com"
            self._row("form_submissions", email=spam, message="best casino backlinks")
            human = self.random.choice(self.humans)
            if human.firm:  # a named person behind the role mailbox of the firm
                role = f"info@{human.firm.domain}"
                self._person(
                    "contacts", human, email=role, first_name=human.first, last_name=human.last
                )

    def _person(self, object_: str, human: _Human, source: str = "crm_b", **fields: Any) -> str:
        key = self._row(object_, source, **fields)
        self.company.person_of[key] = human.key
        email = str(fields.get("email") or "")
        firm = human.firm
        if firm and email.rpartition("@")[2] == firm.domain:
            self.company.account_of[key] = f"f{firm.number}"
        if firm and firm.other_domain and object_ == "members" and "@" in email:
            self.company.rows[-1]["email"] = f"{email.partition('@')[0]}@{firm.other_domain}"
        return key

    def _row(self, object_: str, source: str = "crm_b", **fields: Any) -> str:
        self.count += 1
        born = START + timedelta(hours=self.random.randrange(20_000))
        id_ = f"{self.count:07d}"
        flags = {"is_archived": False, "is_deleted": False}
        row = {"source": source, "object": object_, "source_record_id": id_, **fields, **flags}
        self.company.rows.append(row | {"created_at": born, "updated_at": born})
        return f"{source}|{object_}|{id_}"

    def _work_address(self, first: str, last: str, firm: _Firm) -> str:
        given, family = plain(first), plain(last)
        local = (f"{given}.{family}", f"{given[0]}{family}", given)[firm.style]
        address, again = f"{local}@{firm.domain}", 1
        while address in self.taken:  # the second of a name gets a number
            again += 1
            address = f"{local}{again}@{firm.domain}"
        self.taken.add(address)
        return address
