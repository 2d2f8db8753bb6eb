from functools import cache

from botocore.loaders import Loader
from botocore.model import ServiceModel


@cache
def braket() -> ServiceModel:
    """botocore's own description of Amazon Braket: the one source of paths, shapes, limits and error codes."""
    return ServiceModel(Loader().load_service_model("braket", "service-2"), "braket")


@cache
def s3() -> ServiceModel:
    """botocore's description of Amazon S3, for the documents that settings of buckets travel in."""
    return ServiceModel(Loader().load_service_model("s3", "service-2"), "s3")
