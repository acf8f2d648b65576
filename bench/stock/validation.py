"""The gate of the stock stack: Great Expectations on a frame, bad rows dropped."""

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

REQUIRED = ("timestamp", "person_id", "camera_id", "event_type")
EVENT_TYPES = ["entry", "exit", "appearance", "loiter", "crowd"]


def valid_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows that meet all expectations, with the columns of `raw.camera_events`."""
    frame = rows.assign(
        line_number=rows.index + 2,
        timestamp_text=rows["timestamp"],
        event_at=pd.to_datetime(rows["timestamp"], utc=True, format="ISO8601", errors="coerce"),
    )
    context = gx.get_context(mode="ephemeral")
    source = context.data_sources.add_pandas("landing")
    definition = source.add_dataframe_asset("file").add_batch_definition_whole_dataframe("whole")
    suite = gx.ExpectationSuite(
        name="rows",
        expectations=[
            *(gxe.ExpectColumnValuesToNotBeNull(column=name) for name in REQUIRED),
            gxe.ExpectColumnValuesToNotBeNull(column="event_at"),
            gxe.ExpectColumnValuesToBeBetween(
                column="event_at", min_value=pd.Timestamp("2000-01-01", tz="UTC")
            ),
            gxe.ExpectColumnValuesToBeInSet(column="event_type", value_set=EVENT_TYPES),
        ],
    )
    batch = definition.get_batch({"dataframe": frame})
    verdict = batch.validate(suite, result_format="COMPLETE")
    bad = {index for result in verdict.results for index in result.result["unexpected_index_list"]}
    return frame.drop(index=list(bad)).drop(columns="timestamp")
