"""What callers say in Spanish is understood, in whatever language the call is."""

import pytest

from server.desk.charter.reading import read_charter
from server.desk.inbox import sounds_like_an_emergency
from server.desk.times.comers import NEW, NEW_CHILD
from server.desk.times.reasons import reason_of
from server.tools.arguments import Argument
from server.tools.times import UNKNOWN


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("limpieza", "cleaning"),
        ("Limpieza dental", "cleaning"),
        ("quiero limpiarme los dientes, una profilaxis", "cleaning"),
        ("quitarme el sarro", "cleaning"),
        ("revisión", "exam"),
        ("una revision general", "exam"),
        ("chequeo", "exam"),
        ("soy paciente nueva", "exam"),
        ("radiografías", "exam"),
        ("consulta", "consultation"),
        ("una segunda opinión", "consultation"),
        ("implantes", "consultation"),
        ("frenos", "consultation"),
        ("blanqueamiento", "consultation"),
        ("emergencia", "emergency"),
        ("una urgencia", "emergency"),
        ("me duele una muela", "emergency"),
        ("dolor de muelas", "emergency"),
        ("tengo la cara hinchada", "emergency"),
        ("me sangran las encías", "emergency"),
        ("se me rompió un diente", "emergency"),
        ("un diente roto", "emergency"),
        ("se me cayó la corona", "emergency"),
        ("se me salió el empaste", "emergency"),
        ("perdí una corona", "emergency"),
        ("limpieza, pero me duele", "emergency"),
        ("absceso", "emergency"),
        ("otra cosa", "other"),
        ("ajustar la placa", "other"),
    ],
)
def test_a_reason_is_known_by_its_spanish_words(said, reason):
    assert reason_of(said).name == reason


@pytest.mark.parametrize(
    "said", ["ortopantomografía", "Una ORTOPANTOMOGRAFIA, por favor", "placa de mordida"]
)
def test_the_offices_own_words_are_known_with_and_without_accents(said):
    document = (
        '[[reasons]]\nname = "imaging"\nminutes = 15\nwords = ["ortopantomografía", "Placa de  mordida"]\n'
    )
    assert reason_of(said, read_charter(document)).name == "imaging"


@pytest.mark.parametrize(
    "said",
    [
        "No puedo respirar",
        "no puede tragar bien",
        "me cuesta mucho respirar",
        "tengo dificultad para tragar",
        "respira con dificultad",
        "le falta el aire",
        "se está ahogando",
        "no deja de sangrar",
        "el sangrado no para",
        "sangra mucho",
        "tengo hinchada la cara hasta el ojo",
        "se me hinchó el cuello",
        "la garganta se me está cerrando",
        "dolor en el pecho",
        "está inconsciente",
        "se desmayó",
    ],
)
def test_an_emergency_is_known_by_its_spanish_words(said):
    assert sounds_like_an_emergency(said)


@pytest.mark.parametrize(
    "said",
    [
        "Quiero cambiar mi cita para el lunes",
        "Me duele una muela desde ayer",
        "¿Aceptan mi seguro?",
        "Llego diez minutos tarde",
        "No puedo ir el martes",
        "Me sangran un poco las encías al cepillarme",
        "Para mi hijo, una limpieza, por favor",
    ],
)
def test_what_is_no_emergency_is_not_taken_for_one(said):
    assert not sounds_like_an_emergency(said)


@pytest.mark.parametrize(
    ("said", "comer"),
    [("nuevo", NEW), ("nueva", NEW), ("paciente nuevo", NEW), ("niña nueva", NEW_CHILD)],
)
def test_a_new_patient_is_known_by_the_spanish_word(said, comer):
    assert UNKNOWN[said] == comer


@pytest.mark.parametrize(("said", "meant"), [("sí", True), ("si", True), ("Sí", True), ("no", False)])
def test_yes_and_no_are_read_in_spanish(said, meant):
    assert Argument("caller_confirmed", "", kind="boolean").read(said) is meant
