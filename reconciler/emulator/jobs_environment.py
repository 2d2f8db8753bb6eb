"""What the process of a hybrid job finds in its environment."""

import os

from reconciler.emulator.braket.job import Job
from reconciler.emulator.jobs_folders import Folders
from reconciler.emulator.jobs_place import Place

# What a program needs of this machine. Nothing else is handed on: no credentials, no profiles, no proxies.
_KEPT = (
    "DYLD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "MPLCONFIGDIR", "NUMBA_CACHE_DIR",
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH", "PYTHONPATH", "TMPDIR", "TZ", "VIRTUAL_ENV", "XDG_CACHE_HOME",
)  # fmt: skip


def environment(job: Job, folders: Folders, url: str) -> dict[str, str]:
    """The variables of the page "Inputs, outputs, environmental variables" of Braket, and the local cloud at `url`."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | _braket(job, folders) | _cloud(job.region, url)


def _braket(job: Job, folders: Folders) -> dict[str, str]:
    asked = job.asked
    script = asked["algorithmSpecification"]["scriptModeConfig"]
    output = Place.parse(asked["outputDataConfig"]["s3Path"])
    return {
        "AMZN_BRAKET_CHECKPOINT_DIR": str(folders.checkpoints),
        "AMZN_BRAKET_DEVICE_ARN": job.device,
        "AMZN_BRAKET_HP_FILE": str(folders.hyperparameters),
        "AMZN_BRAKET_INPUT_DIR": str(folders.input),
        "AMZN_BRAKET_JOB_NAME": job.name,
        "AMZN_BRAKET_JOB_RESULTS_DIR": str(folders.results),
        "AMZN_BRAKET_JOB_RESULTS_S3_PATH": (output / "output").key,
        "AMZN_BRAKET_JOB_TOKEN": job.secret,
        "AMZN_BRAKET_OUT_S3_BUCKET": output.bucket,
        "AMZN_BRAKET_SCRIPT_COMPRESSION_TYPE": script.get("compressionType", "NONE"),
        "AMZN_BRAKET_SCRIPT_ENTRY_POINT": script["entryPoint"],
        "AMZN_BRAKET_SCRIPT_S3_URI": script["s3Uri"],
        "AMZN_BRAKET_TASK_RESULTS_S3_URI": f"s3://{output.bucket}/jobs/{job.name}/tasks",
    }


def _cloud(region: str, url: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": url,
        "BRAKET_ENDPOINT": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        # A script that asks for a profile by name must not find the user's own.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1,localhost,::1",
        "no_proxy": "127.0.0.1,localhost,::1",
        "PYTHONUNBUFFERED": "1",
    }
