"""Systems that are a Python object."""

from suite import Component


def test_a_component_is_built_anew_from_its_parameters() -> None:
    component = Component(dict, members=500)
    assert component.build() == {"members": 500}
    assert component.build() is not component.build()
    assert component.changed(members=7).build() == {"members": 7}
