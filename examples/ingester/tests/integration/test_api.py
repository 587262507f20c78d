from tests.readings import body


def test_both_services_answer(client):
    assert client.get("/health").json() == {"database": True, "cache": True}


def test_what_comes_in_can_be_read(client):
    assert client.post("/readings", json=body("a", "b")).json() == {"accepted": 2, "duplicates": 0}
    shown = client.get("/readings").json()
    assert [reading["external_id"] for reading in shown["readings"]] == ["a", "b"]
    assert shown["next"] is None


def test_a_batch_is_accepted_not_created(client):
    assert client.post("/readings", json=body("a")).status_code == 202


def test_a_bad_reading_refuses_its_whole_batch(client):
    batch = body("a", "b")
    batch["readings"][1]["source"] = ""
    assert client.post("/readings", json=batch).status_code == 422
    assert client.get("/readings").json()["readings"] == []


def test_a_batch_that_comes_again_is_all_duplicates(client):
    client.post("/readings", json=body("a", "b"))
    assert client.post("/readings", json=body("a", "b", "c")).json() == {"accepted": 1, "duplicates": 2}


def test_sources_do_not_share_ids(client):
    client.post("/readings", json=body("a", source="roof"))
    assert client.post("/readings", json=body("a", source="cellar")).json()["accepted"] == 1


def test_reads_one_source(client):
    client.post("/readings", json=body("a", "b", source="roof"))
    client.post("/readings", json=body("c", source="cellar"))
    shown = client.get("/readings", params={"source": "cellar"}).json()
    assert [reading["external_id"] for reading in shown["readings"]] == ["c"]


def test_pages_cover_everything_once(client):
    names = [f"r{number}" for number in range(7)]
    client.post("/readings", json=body(*names))
    seen, after, pages = [], None, 0
    while pages == 0 or after:
        params = {"limit": 3, **({"after": after} if after else {})}
        page = client.get("/readings", params=params).json()
        seen += [reading["external_id"] for reading in page["readings"]]
        after, pages = page["next"], pages + 1
    assert (seen, pages) == (names, 3)


def test_a_full_last_page_has_no_next(client):
    client.post("/readings", json=body("a", "b"))
    assert client.get("/readings", params={"limit": 2}).json()["next"] is None


def test_refuses_a_foreign_cursor(client):
    assert client.get("/readings", params={"after": "made-up"}).status_code == 400


def test_refuses_a_limit_out_of_bounds(client):
    assert client.get("/readings", params={"limit": 0}).status_code == 422
