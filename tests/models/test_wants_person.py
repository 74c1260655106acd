"""Who asks for a person gets one, in each language that customers write."""

import pytest

from activities.models.wants_person import asks_by_form

ASKING = [
    "Can I talk to a real person?",
    "agent please",
    "Please call me back",
    "Ich möchte mit einem Menschen sprechen",
    "Kann ich bitte mit einem echten Mitarbeiter reden?",
    "Verbinden Sie mich bitte mit Ihrem Support",
    "ich will nicht mit einem Bot reden",
    "Könnt ihr mich mit jemandem verbinden?",
    "Könnten Sie mich mit einer Kollegin verbinden",
    "Rufen Sie mich bitte zurück",
    "Ich brauche einen Menschen",
    "Mitarbeiter bitte",
    "Ich würde lieber mit einer Person telefonieren",
    "Ich möchte jetzt endlich mit einem Berater sprechen",
    "Passez-moi un conseiller, s'il vous plaît, je ne veux plus parler à une machine.",
    "Je voudrais parler à quelqu'un",
    "Puis-je discuter avec un vrai humain ?",
    "Je ne veux pas parler à un robot",
    "Rappelez-moi au plus vite",
    "Un conseiller, s'il vous plaît",
    "Mettez-moi en relation avec le service client",
    "J'ai besoin d'un humain",
    "Quiero hablar con una persona",
    "¿Puedo hablar con un agente, por favor?",
    "Páseme con un asesor",
    "No quiero hablar más con una máquina",
    "Llámenme cuanto antes",
    "Necesito un agente",
    "Quisiera comunicarme con alguien de su equipo",
    "Una persona, por favor",
]
NOT_ASKING = [
    "I talked to an agent yesterday",
    "No quiero que me llamen más",
    "Warum rufen Sie mich dauernd an?",
    "Gestern habe ich mit einem Mitarbeiter gesprochen",
    "Kann ich einen Ordner mit einer Person teilen?",
    "Wie lade ich Mitarbeiter ein?",
    "Ihr Mitarbeiter hat mir den Code geschickt",
    "Wie viele Personen sind im Family-Tarif?",
    "Ich brauche einen neuen Link",
    "Was kostet ein Mitarbeiter pro Monat?",
    "Wie schreibe ich mit Kollegen an einem Dokument?",
    "J'ai parlé à un conseiller hier",
    "Je viens de parler à un agent qui m'a dit oui",
    "Comment partager un dossier avec une personne ?",
    "Combien de personnes peuvent utiliser le forfait ?",
    "Comment ajouter un responsable de facturation ?",
    "Acabo de hablar con un agente",
    "¿Cuántas personas pueden usar el plan?",
    "¿Cómo comparto una carpeta con una persona?",
    "¿Cómo cambio el responsable de facturación?",
    "Ayer hablé con un asesor",
    "Quiero un plan para tres personas",
    "Llamada de voz con varias personas",
    "Which person owns the folder?",
    "Mitarbeiter",
    "Personen",
]


@pytest.mark.parametrize("message", ASKING)
def test_a_request_for_a_person_is_known_by_its_form(message: str) -> None:
    assert asks_by_form(message)


@pytest.mark.parametrize("message", NOT_ASKING)
def test_a_report_about_a_person_is_no_request(message: str) -> None:
    assert not asks_by_form(message)
