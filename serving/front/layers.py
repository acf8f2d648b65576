"""What stands in front of the routes, from the outside in: notes, CORS, HEAD, admission, cache."""

from fastapi import FastAPI

from serving.auth import Access
from serving.cache import AnswerCache
from serving.documented_routes import DocumentedRoutes
from serving.front.admission import Admission
from serving.front.cross_origin import CrossOrigin
from serving.front.heads import Heads
from serving.front.kept_answers import KeptAnswers
from serving.front.observation import Observed
from serving.front.rates import Rates
from serving.front.redis_store import SharedAnswers
from serving.services import Services


def install(app: FastAPI, services: Services) -> None:
    """Put it all in front of `app`; what is added last comes first."""
    settings, redis = services.settings, services.redis
    routes = DocumentedRoutes(app)
    app.add_middleware(
        AnswerCache, routes, services.versions, KeptAnswers(settings.api_cache_bytes),
        SharedAnswers(redis) if redis else None,
    )  # fmt: skip
    access = Access(services.access, routes, settings.cors_origins)
    rates = Rates(
        settings.api_requests_per_minute_by_key, settings.api_requests_per_minute_by_address, redis
    )
    app.add_middleware(Admission, access, rates, services.audit, settings.api_patience_seconds)
    app.add_middleware(Heads)
    if settings.cors_origins:
        app.add_middleware(CrossOrigin, settings.cors_origins)
    app.add_middleware(
        Observed, routes, services.audit, services.metrics, logs_requests=settings.api_access_log
    )
