"""The same application for Django, in one file: served_django.py runserver 127.0.0.1:8000."""

import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse
from django.urls import path
from served import answer


def page(request: HttpRequest) -> HttpResponse:
    """Answer a path."""
    status, body = answer(request.path)
    return HttpResponse(body, status=status)


urlpatterns = [path("", page), path("leak", page)]

if __name__ == "__main__":
    settings.configure(DEBUG=False, ROOT_URLCONF="__main__", ALLOWED_HOSTS=["*"], SECRET_KEY="none")
    execute_from_command_line(sys.argv)
