#!/usr/bin/python3
"""Makes the golden cases of the demo models. Run where this file lies, with Debian's python3-numpy; repeatable byte for byte.

  make-golden.py                               shuttle-forest, ecg-autoencoder
  make-golden.py --silero F --ort-lib F [--audio F]
                                               silero-vad too

shuttle-forest, ecg-autoencoder: test_data_set_0/*.pb (what scikit-learn answered) as .npy, one run for each row.
silero-vad: the first 40 windows of Debian's goforward.raw (pocketsphinx-testdata), in which speech starts at the 16th, and what
ONNX Runtime answers when it is called from here through ctypes: not through EdgeRunner, whose work these files check.
"""
import argparse
import ctypes
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
WINDOWS = 40


def tensor(path):
    """A TensorProto with raw data: field 1 dims, 2 data type, 9 raw bytes."""
    data, at, dims, dtype, raw = open(path, "rb").read(), 0, [], 0, b""

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        tag = varint()
        field, wire = tag >> 3, tag & 7
        value = varint()
        if wire == 2:
            value, at = data[at:at + value], at + value
        if field == 1:
            dims += [value] if wire == 0 else list(value)
        elif field == 2:
            dtype = value
        elif field == 9:
            raw = value
    return np.frombuffer(raw, {1: "<f4", 7: "<i8", 9: "|b1"}[dtype]).reshape(dims)


def rows(folder, name, source, step):
    """Every step-th row. One run for each row: [N, ...] becomes [N, 1, ...], as the model is packed for a batch of one."""
    array = tensor(os.path.join(HERE, folder, "test_data_set_0", source))[::step]
    np.save(os.path.join(HERE, folder, name), array[:, None])


class Ort:
    """Just enough of ONNX Runtime's C API: its function table only grows, and these places are fixed since version 1."""

    def __init__(self, library):
        class Base(ctypes.Structure):
            _fields_ = [("api", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint32)), ("version", ctypes.CFUNCTYPE(ctypes.c_char_p))]
        library = ctypes.CDLL(library)
        library.OrtGetApiBase.restype = ctypes.POINTER(Base)
        base = library.OrtGetApiBase().contents
        self.table, self.version = ctypes.cast(base.api(16), ctypes.POINTER(ctypes.c_void_p)), base.version().decode()
        self.environment, self.memory = ctypes.c_void_p(), ctypes.c_void_p()
        self(3, 3, b"golden", ctypes.byref(self.environment))   # CreateEnv
        self(69, 1, 0, ctypes.byref(self.memory))               # CreateCpuMemoryInfo

    def __call__(self, place, *arguments):
        kinds = [ctypes.c_ssize_t if isinstance(a, int) else ctypes.c_void_p for a in arguments]
        status = ctypes.CFUNCTYPE(ctypes.c_void_p, *kinds)(self.table[place])(*[a if isinstance(a, int) else ctypes.cast(a, ctypes.c_void_p) for a in arguments])
        if status:
            raise RuntimeError(ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)(self.table[2])(status).decode())

    def load(self, path):
        options, session = ctypes.c_void_p(), ctypes.c_void_p()
        self(10, ctypes.byref(options))                         # CreateSessionOptions
        self(24, options, 1)                                    # SetIntraOpNumThreads
        self(7, self.environment, path.encode(), options, ctypes.byref(session))
        return session

    def value(self, array):
        shape, value = (ctypes.c_int64 * max(1, array.ndim))(*array.shape), ctypes.c_void_p()
        kind = {"float32": 1, "int64": 7}[array.dtype.name]
        self(49, self.memory, ctypes.c_void_p(array.ctypes.data), array.nbytes, shape, array.ndim, kind, ctypes.byref(value))
        return value

    def run(self, session, inputs, outputs):
        """inputs, outputs: name -> array; the outputs are written in place."""
        names = [(ctypes.c_char_p * len(d))(*[n.encode() for n in d]) for d in (inputs, outputs)]
        values = [(ctypes.c_void_p * len(d))(*[self.value(a) for a in d.values()]) for d in (inputs, outputs)]
        self(9, session, ctypes.c_void_p(None), names[0], values[0], len(inputs), names[1], len(outputs), values[1])


def silero(model, library, audio):
    samples = np.fromfile(audio, "<i2").astype(np.float32) / np.float32(32768)
    padded = np.concatenate([np.zeros(64, np.float32), samples])
    windows = np.stack([padded[i * 512:i * 512 + 576] for i in range(WINDOWS)])[:, None]
    ort = Ort(library)
    session, state, rate = ort.load(model), np.zeros((2, 1, 128), np.float32), np.array(16000, np.int64)
    speech = np.zeros((WINDOWS, 1, 1), np.float32)
    for i, window in enumerate(windows):
        following = np.zeros_like(state)
        ort.run(session, {"input": np.ascontiguousarray(window), "state": state, "sr": rate}, {"output": speech[i], "stateN": following})
        state = following
    np.save(os.path.join(HERE, "silero-vad", "golden-audio.npy"), windows)
    np.save(os.path.join(HERE, "silero-vad", "golden-speech.npy"), speech)
    print(f"silero-vad: ONNX Runtime {ort.version}, first five {np.round(speech.ravel()[:5], 4)}, speech in {int((speech > .5).sum())} of {WINDOWS}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--silero", help="silero_vad_v6.onnx")
    arguments.add_argument("--ort-lib", help="libonnxruntime.so.1")
    arguments.add_argument("--audio", default="/usr/share/pocketsphinx/test/data/goforward.raw")
    options = arguments.parse_args()
    for name, source in [("golden-x.npy", "input_0.pb"), ("golden-label.npy", "output_0.pb"), ("golden-probabilities.npy", "output_1.pb")]:
        rows("shuttle-forest", name, source, 1)
    # 64 of 256 windows, healthy and faulty: test_data_set_0 has them all already, half a megabyte.
    for name, source in [("golden-x.npy", "input_0.pb"), ("golden-score.npy", "output_0.pb"), ("golden-anomaly.npy", "output_1.pb")]:
        rows("ecg-autoencoder", name, source, 4)
    if options.silero:
        silero(options.silero, options.ort_lib, options.audio)


main()
