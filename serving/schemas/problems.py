"""The shape of everything that goes wrong (RFC 9457)."""

from pydantic import BaseModel, ConfigDict, Field


class ParameterError(BaseModel):
    """What is wrong with one parameter."""

    model_config = ConfigDict(extra="forbid")

    parameter: str = Field(description="Its name, as it was sent; cut short if it is very long")
    detail: str = Field(description="What is wrong with it, for people; may be worded anew")
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

    type: str = Field(description="Always about:blank: the status says what kind of problem it is")
    title: str = Field(description="The status in words")
    status: int = Field(description="The HTTP status of the answer")
    detail: str = Field(
        description="What is wrong and what to do about it, for people; may be worded anew"
    )
    instance: str = Field(description="The path that was asked for")
    errors: list[ParameterError] = Field(
        default_factory=list, description="One for each parameter at fault; absent if there is none"
    )
