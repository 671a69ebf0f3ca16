"""OpenAPI documents into requests, with examples that fit their schemas."""

import json
import re

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from suite.errors import ConfigurationError
from suite.scaffold.openapi import read_openapi
from suite.scaffold.sample_request import Concealment, Parameter
from suite.scaffold.schema_example import SchemaExamples

A_CONST, A_IP = {"a": {"const": 3}}, {"a": {"type": "string", "format": "ipv4"}}
SHOP = """
openapi: 3.1.0
info: {title: Shop, version: 2026-01-01}
servers: [{url: "https://{region}.shop.example/api", variables: {region: {default: eu}}}]
security: [{bearer: []}]
paths:
  /items:
    parameters: [{$ref: "#/components/parameters/Trace"}]
    get:
      operationId: listItems
      security: []
      parameters:
        - {name: limit, in: query, required: true, schema: {type: integer, minimum: 5}}
        - {name: after, in: query, schema: {type: string}}
      responses: {"404": {}, "200": {}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}
      responses: {default: {}, "201": {}}
  /items/{id}/picture:
    put:
      deprecated: true
      security: [{key: []}]
      parameters: [{name: id, in: path, required: true, example: a/b}]
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              required: [file, note]
              properties: {file: {type: string, format: binary}, note: {type: string}}
components:
  parameters: {Trace: {name: X-Trace, in: header, required: true, schema: {type: string, format: uuid}}}
  securitySchemes: {bearer: {type: http, scheme: bearer}, key: {type: apiKey, in: query, name: api_key}}
  schemas:
    Item:
      type: object
      required: [name, owner]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, minLength: 3, maxLength: 8}
        day: {type: string, format: date, default: 2026-02-03}
        kind: {enum: [book, pen]}
        owner: {oneOf: [{$ref: "#/components/schemas/Person"}, {type: "null"}]}
    Person:
      allOf:
        - {type: object, required: [email], properties: {email: {type: string, format: email}}}
        - required: [password]
          properties: {password: {type: string}, boss: {$ref: "#/components/schemas/Person"}}
"""


def test_an_operation_for_each_path_and_method():
    found = read_openapi(SHOP)
    assert (found.title, found.address) == ("Shop", "https://eu.shop.example")
    assert [(one.name, one.shown, one.status) for one in found.requests] == [
        ("list_Items", "GET /api/items", 200),
        ("post /items", "POST /api/items", 201),
        ("put /items/{id}/picture", "PUT /api/items/a%2Fb/picture", 0),
    ]
    listed, posted, put = found.requests
    assert listed.query == (("limit", "5"),)
    assert listed.headers == (("X-Trace", "00000000-0000-4000-8000-000000000001"),)
    assert posted.json == {
        "name": "name",
        "kind": "book",
        "owner": {"email": "user@example.com", "password": Parameter("password")},
    }
    assert dict(posted.headers)["authorization"] == Parameter("authorization")
    assert (put.form, put.files) == ((("note", "note"),), (("file", "example.bin"),))
    assert put.query == (("api_key", Parameter("key")),)
    assert put.todo == ("it is deprecated", "id in the path is an example, a/b: is there one?")


def test_json_and_yaml_are_the_same_document():
    class Plain(yaml.SafeLoader):
        pass

    Plain.yaml_implicit_resolvers = {
        key: [one for one in known if "timestamp" not in one[0]]
        for key, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    assert read_openapi(json.dumps(yaml.load(SHOP, Loader=Plain))) == read_openapi(SHOP)


@pytest.mark.parametrize(
    ("server", "url", "address", "target"),
    [
        ("/v1", "http://h:1/openapi.json", "http://h:1", "/v1/a"),
        ("https://x.example/v1/", "http://h:1/openapi.json", "https://x.example", "/v1/a"),
        ("/v1", "", "", "/v1/a"),
        (None, "http://h:1/docs/openapi.json", "http://h:1", "/a"),
    ],
)
def test_where_its_server_is(server, url, address, target):
    document = {
        "openapi": "3.0.3",
        "paths": {"/a": {"get": {}}},
        **({"servers": [{"url": server}]} if server else {}),
    }
    found = read_openapi(json.dumps(document), url=url)
    assert (found.address, found.requests[0].target) == (address, target)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 20},
        {"type": "integer", "exclusiveMinimum": 10, "multipleOf": 4},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
        {"type": ["null", "string"], "maxLength": 2},
        {"type": "array", "minItems": 3, "items": {"type": "boolean"}},
        {"anyOf": [{"type": "null"}, {"type": "object", "required": ["a"], "properties": A_CONST}]},
        {"allOf": [{"type": "object", "required": ["a"], "properties": A_IP},
                   {"properties": {"b": {"type": "integer", "maximum": -5}}, "required": ["b"]}]},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"enum": [4, 5]},
    ],
)  # fmt: skip
def test_examples_fit_their_schema(schema):
    jsonschema.validate(SchemaExamples({}).example(schema), schema)


def test_a_schema_that_is_made_of_itself_keeps_no_other_from_being_read():
    schemas = {"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}}
    found = SchemaExamples({"components": {"schemas": schemas}})
    assert found.example({"$ref": "#/components/schemas/A"}) is None
    assert found.example({"allOf": [{"type": "integer"}, {"$ref": "#/components/schemas/A"}]}) == 1


def test_references_in_circles_and_into_nothing_end():
    document = {
        "a": {"$ref": "#/a"},
        "b": {"type": "object", "required": ["b"], "properties": {"b": {"$ref": "#/b"}}},
    }
    examples = SchemaExamples(document)
    assert examples.example({"$ref": "#/a"}) is None
    assert examples.example({"$ref": "#/none/there"}) is None
    assert examples.example({"$ref": "other.json#/a"}) is None
    assert set(examples.example({"$ref": "#/b"})) == {"b"}


@given(
    st.recursive(
        st.fixed_dictionaries({"type": st.sampled_from(["string", "integer", "number", "boolean"])}),
        lambda inner: st.one_of(
            st.fixed_dictionaries({"type": st.just("array"), "items": inner}),
            st.dictionaries(st.from_regex(r"\A[a-z]{1,5}\Z"), inner, max_size=3).map(
                lambda parts: {"type": "object", "properties": parts, "required": sorted(parts)}
            ),
        ),
        max_leaves=6,
    )
)
def test_examples_fit_any_plain_schema_and_are_the_same_again(schema):
    found = SchemaExamples({}).example(schema)
    jsonschema.validate(found, schema)
    assert SchemaExamples({}).example(schema) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "is no OpenAPI document: it has no paths"),
        ('{"openapi": "3.0.0"}', "is no OpenAPI document: it has no paths"),
        ('{"swagger": "2.0", "paths": {}}', r"is a document of OpenAPI 2\.0; 3\.0 and 3\.1 are read"),
        ('{"openapi": "3.1.0", "paths": {}}', "has no operation in its paths"),
        ("a: [", "is neither JSON nor YAML"),
    ],
)
def test_what_is_no_document(text, said):
    with pytest.raises(ConfigurationError, match=said):
        read_openapi(text)


def test_a_cookie_that_is_required_is_told():
    wanted = {"name": "theme", "in": "cookie", "required": True, "schema": {"enum": ["dark"]}}
    get = {"parameters": [wanted, {"name": "other", "in": "cookie"}]}
    (found,) = read_openapi(json.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": get}}})).requests
    assert found.todo == ("it wants a cookie theme",)


def test_schemas_that_allow_all_or_nothing_are_schemas():
    schema = {"type": "object", "properties": {"a": True, "b": {"anyOf": [False, {"type": "integer"}]}}}
    content = {"application/json": {"schema": {**schema, "required": ["a", "b"]}}}
    post = {"requestBody": {"content": content}}
    (found,) = read_openapi(json.dumps({"openapi": "3.1.0", "paths": {"/a": {"post": post}}})).requests
    assert found.json == {"a": None, "b": None}


LEAVES = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@given(
    st.sampled_from(["get", "parameters", "post"]),
    st.recursive(
        LEAVES,
        lambda inner: st.dictionaries(
            st.sampled_from(
                [
                    "requestBody",
                    "content",
                    "application/json",
                    "schema",
                    "properties",
                    "security",
                    "in",
                    "name",
                    "required",
                    "responses",
                    "allOf",
                    "$ref",
                    "200",
                    "items",
                    "type",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
)
def test_parts_of_another_form_are_told(where, part):
    text = json.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": {}, where: part}}})
    try:
        assert read_openapi(text).requests
    except ConfigurationError as error:
        assert re.search("another form than OpenAPI says|no operation", str(error))  # noqa: PT017


@pytest.mark.parametrize(
    "schema", [{"type": "integer", "minimum": 1e999}, {"type": "array", "minItems": 1e999}]
)
def test_numbers_without_end_are_told(schema):
    """A number too large for any was a fault of ours."""
    body = {"content": {"application/json": {"schema": schema}}}
    text = json.dumps({"openapi": "3.1.0", "paths": {"/a": {"post": {"requestBody": body}}}})
    with pytest.raises(ConfigurationError, match="another form than OpenAPI says: OverflowError"):
        read_openapi(text)


def test_a_text_longer_than_memory_is_not_made():
    body = {"content": {"application/json": {"schema": {"type": "string", "minLength": 10**12}}}}
    text = json.dumps({"openapi": "3.1.0", "paths": {"/a": {"post": {"requestBody": body}}}})
    assert read_openapi(text).requests[0].json == "example"


def described_by(schema, **schemas):
    body = {"content": {"application/json": {"schema": schema}}}
    return json.dumps({
        "openapi": "3.1.0", "paths": {"/a": {"post": {"requestBody": body}}},
        "components": {"schemas": schemas},
    })  # fmt: skip


def led(number):
    return {"$ref": f"#/components/schemas/S{number}"}


REQUIRED = {"type": "object", "required": [*"abcdefghij"]}
OBJECTS = {f"S{i}": {**REQUIRED, "properties": dict.fromkeys("abcdefghij", led(i + 1))} for i in range(9)}
WHOLES = {f"S{i}": {"required": ["a"], "allOf": [led(i + 1), led(i + 1)]} for i in range(40)}
LISTS = {f"S{i}": {"type": "array", "minItems": 10, "items": led(i + 1)} for i in range(9)}


@pytest.mark.parametrize(
    "text",
    [
        described_by({"type": "string", "minLength": 10**12}),
        described_by(led(0), **OBJECTS),
        described_by(led(0), **WHOLES),
        described_by(led(0), **LISTS, S9={"type": "string"}),
        described_by({"type": "array", "minItems": float("inf"), "items": {"type": "string"}}),
        described_by({"type": "integer", "minimum": 10**400, "multipleOf": 0.1}),
        "openapi: 3.1.0\nx:\n- &a0 [lol, lol]\n"
        + "".join(f"- &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
        + "paths: {/a: {post: {requestBody: {content: {application/json: {example: *a11}}}}}}\n",
        "openapi: 3.1.0\npaths: {/a: {post: {requestBody: {content: {a/json: {example: &a [*a]}}}}}}\n",
    ],
)  # fmt: skip
def test_a_small_document_takes_neither_all_memory_nor_all_time(text):
    """A string of so many letters, schemas that lead to one another: each took gigabytes, or days."""
    try:
        found = read_openapi(text)
    except ConfigurationError:
        return
    (request,) = found.requests
    assert len(json.dumps(request.json)) < 10_000_000


def test_a_server_with_a_password_is_written_without():
    text = json.dumps(
        {"openapi": "3.1.0", "servers": [{"url": "https://me:hunter2@h/a"}], "paths": {"/b": {"get": {}}}}
    )
    assert read_openapi(text).address == "https://h"


def test_an_example_that_is_named_again_and_again_is_too_much_at_last():
    hide = Concealment(_room=10_000)
    hide.inside(["x" * 1_000] * 8)
    with pytest.raises(ConfigurationError, match=r"its examples come to more than 16 MiB: leave out what"):
        hide.inside("x" * 1_000)
