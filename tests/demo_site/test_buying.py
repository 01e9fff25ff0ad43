import httpx
import pytest

ADDRESS = {
    "name": "Ada Lindqvist",
    "email": "ada@example.org",
    "street": "Lange Str. 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}


def put(customer: httpx.Client, product: str, quantity: str = "1") -> None:
    customer.post("/cart/add", data={"product": product, "quantity": quantity})


def test_a_form_is_answered_with_a_redirect(customer: httpx.Client) -> None:
    response = customer.post("/cart/add", data={"product": "600mm-f4"}, follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"] == "/cart"


def test_an_order_goes_from_the_shelf_to_the_thanks(customer: httpx.Client) -> None:
    put(customer, "600mm-f4")
    put(customer, "polariser", "2")
    assert "€13,177" in customer.get("/cart").text
    done = customer.post("/checkout", data=ADDRESS)
    assert done.url.path == "/order/thanks"
    assert "Thank you, Ada." in done.text
    assert "€13,177" in done.text
    assert "Nothing in it yet" in customer.get("/cart").text


def test_ordering_twice_orders_once(customer: httpx.Client) -> None:
    put(customer, "polariser")
    first = customer.post("/checkout", data=ADDRESS).text
    assert customer.post("/checkout", data=ADDRESS).text == first


@pytest.mark.parametrize("quantity", ["-1", "10", "99999999999999999999", "1.5", "one", "", "٣", "0", "1e3", "\x00"])
def test_a_quantity_that_is_none_is_asked_for_again(customer: httpx.Client, quantity: str) -> None:
    response = customer.post("/cart/add", data={"product": "polariser", "quantity": quantity})
    assert response.status_code == 200
    assert "How many?" in response.text
    assert "Nothing in it yet" in customer.get("/cart").text


def test_a_cart_holds_nine_of_one_article_at_most(customer: httpx.Client) -> None:
    put(customer, "polariser", "7")
    put(customer, "polariser", "7")
    assert 'value="9"' in customer.get("/cart").text
    put(customer, "polariser", "1")
    assert 'value="9"' in customer.get("/cart").text


def test_a_cart_can_be_changed_and_emptied(customer: httpx.Client) -> None:
    put(customer, "polariser")
    customer.post("/cart/update", data={"product": "polariser", "quantity": "3"})
    assert "€267" in customer.get("/cart").text
    customer.post("/cart/update", data={"product": "polariser", "quantity": "3", "remove": "1"})
    assert "Nothing in it yet" in customer.get("/cart").text


def test_a_code_takes_ten_per_cent_off_the_tripods_alone(customer: httpx.Client) -> None:
    put(customer, "stork-2")
    put(customer, "polariser")
    customer.post("/cart/coupon", data={"code": "legs10"})
    text = customer.get("/cart").text
    assert "−€14" in text
    assert "€224" in text


def test_an_unknown_code_changes_nothing(customer: httpx.Client) -> None:
    put(customer, "stork-2")
    assert "We do not know that code" in customer.post("/cart/coupon", data={"code": "FREE"}).text


@pytest.mark.parametrize("missing", sorted(ADDRESS))
def test_a_checkout_asks_for_what_is_missing_and_keeps_the_rest(customer: httpx.Client, missing: str) -> None:
    put(customer, "polariser")
    response = customer.post("/checkout", data={**ADDRESS, missing: ""})
    assert response.status_code == 422
    assert "1 field needs another look" in response.text
    kept = next(value for name, value in ADDRESS.items() if name not in (missing, "country"))
    assert kept in response.text


@pytest.mark.parametrize("email", ["ada", "ada@", "@example.org", "a b@example.org", "ada@example"])
def test_a_checkout_asks_again_for_an_address_that_is_none(customer: httpx.Client, email: str) -> None:
    put(customer, "polariser")
    assert customer.post("/checkout", data={**ADDRESS, "email": email}).status_code == 422


HOSTILE = [
    b"",
    b"=&=&",
    b"product=%ff%fe",
    b"\xff\xfe\x00",
    b"product=../../etc/passwd",
    b"a=" + b"x" * 9000,
    b"&" * 900,
]


@pytest.mark.parametrize(
    "path", ["/cart/add", "/cart/update", "/cart/coupon", "/checkout", "/newsletter", "/workshops"]
)
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_no_form_makes_the_shop_fail(customer: httpx.Client, path: str, body: bytes) -> None:
    response = customer.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert response.status_code < 500


def test_a_body_that_is_too_long_is_refused(customer: httpx.Client) -> None:
    assert customer.post("/cart/add", content=b"x" * 20_000).status_code == 413


def test_a_session_cookie_of_somebody_else_is_an_empty_cart(customer: httpx.Client) -> None:
    customer.cookies.set("shop", "eyJjYXJ0Ijp7fX0=.forged.forged")
    assert "Nothing in it yet" in customer.get("/cart").text


def test_signing_in_needs_a_name_and_an_address_and_signing_out_forgets_them(customer: httpx.Client) -> None:
    assert customer.post("/account/sign-in", data={"name": "Ada"}).status_code == 422
    page = customer.post("/account/sign-in", data={"name": "Ada Lindqvist", "email": "ada@example.org"})
    assert "Hello, Ada Lindqvist" in page.text
    customer.post("/account/sign-out")
    assert "A name and an address are enough" in customer.get("/account").text


def test_joining_the_newsletter_ends_on_its_welcome(customer: httpx.Client) -> None:
    page = customer.post("/newsletter", data={"email": "ada@example.org"})
    assert page.url.path == "/newsletter/welcome"


def test_a_workshop_can_be_booked(customer: httpx.Client) -> None:
    assert "A chair is yours: Ten prints" in customer.post("/workshops", data={"workshop": "print"}).text
