"""The shape of everything that goes wrong (RFC 9457)."""

from pydantic import BaseModel, ConfigDict, Field


class ParameterError(BaseModel):
    """What is wrong with one parameter."""

    model_config = ConfigDict(extra="forbid")

    parameter: str
    detail: str
    suggestion: str = Field("", description="What was probably meant; absent if nothing is near")


class Problem(BaseModel):
    """Why there is no answer, in words a person can act on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "'camra_id' is no parameter of /v1/kpis; did you mean camera_id?",
                    "instance": "/v1/kpis",
                    "errors": [
                        {
                            "parameter": "camra_id",
                            "detail": "'camra_id' is no parameter of /v1/kpis; "
                            "did you mean camera_id?",
                            "suggestion": "camera_id",
                        }
                    ],
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ParameterError] = Field(
        default_factory=list, description="One for each parameter at fault; absent if there is none"
    )
