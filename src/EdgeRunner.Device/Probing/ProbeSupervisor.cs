using System.ComponentModel;
using System.IO.Pipes;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Probing;

/// <summary>Watches one child from its start to its end: what it reports, its memory, the time. One thread; the one that calls <see cref="Run"/> starts the
/// child and stays until the child is dead.</summary>
internal sealed class ProbeSupervisor(ProbeProgram program, ProbeRequest request, string file, TimeProvider time)
{
    /// <summary>How often memory is looked at. A core fills about 1 GiB a second, so a limit is passed by some MiB at most.</summary>
    private const int PollMilliseconds = 5;

    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(2);

    private readonly ProbeMessageReader _reader = new();
    private readonly StandardErrorLines _errors = new();
    private readonly byte[] _buffer = new byte[16 << 10];
    private readonly long _start = time.GetTimestamp();
    private readonly long? _killsBefore = MemoryPressure.ReadOutOfMemoryKills();
    private ProcessStatus _memory;
    private long? _baselineBytes;
    private long? _baselineAddressSpaceBytes;
    private ProbeReport _report = new()
    {
        File = file, Reason = ProbeReason.ProbeFailed, Detail = "", Stage = ProbeStage.Start, Limits = ProbeLimitsInForce.BeforeBundle(request.Limits),
    };

    private bool _hasVerdict;

    /// <summary>Runs the child to its end.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the child is dead.</exception>
    public ProbeReport Run(CancellationToken cancellationToken)
    {
        try
        {
            using var child = new ProbeChildProcess(program, request);
            if (Watch(child, cancellationToken) is { } stopped) (_report, _hasVerdict) = (stopped, true);
            child.Kill();
            Drain(child.Errors);
            var exitCode = child.AwaitExit(ExitPatience);
            if (!_hasVerdict) _report = ProbeEnding.Explain(_report, exitCode, _errors.Last, MemoryPressure.ReadOutOfMemoryKills() > _killsBefore);
        }
        catch (Win32Exception e)
        {
            _report = Ended(ProbeReason.ProbeFailed, $"{program.File} cannot be started: {e.Message}");
        }

        return _report with
        {
            Memory = _report.Memory ?? Seen(),
            ElapsedMilliseconds = Math.Round(time.GetElapsedTime(_start).TotalMilliseconds, 1),
            StandardError = _errors.Last,
        };
    }

    /// <summary>Reads and watches until the child has closed its output.</summary>
    /// <returns>Why the child is to be killed; null when it has ended or is about to.</returns>
    private ProbeReport? Watch(ProbeChildProcess child, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isReadable = FileDescriptorPoll.WaitReadable(child.Output.SafePipeHandle, PollMilliseconds);
            Drain(child.Errors);
            if (child.Memory is { } memory) _memory = memory;
            if (isReadable)
            {
                var count = child.Output.Read(_buffer);
                if (count == 0) return _hasVerdict || AwaitSilentEnd(child, cancellationToken) ? null : TimedOut();
                try
                {
                    _reader.Read(_buffer.AsSpan(0, count), Take);
                }
                catch (FormatException e)
                {
                    return Ended(ProbeReason.ProbeFailed, $"the child does not report as it should: {e.Message}");
                }
            }

            // The verdict is in: how the process takes itself apart afterwards is of no interest.
            if (_hasVerdict) return null;
            if (IsMemoryExceeded() is { } exceeded) return exceeded;
            if (IsTimeOver) return TimedOut();
        }
    }

    private bool IsTimeOver => time.GetElapsedTime(_start) >= TimeSpan.FromSeconds(_report.Limits.WallSeconds);

    /// <summary>Its output is closed, and it is still there: a crash that is being dealt with, or a process that goes on in silence.</summary>
    private bool AwaitSilentEnd(ProbeChildProcess child, CancellationToken cancellationToken)
    {
        while (child.AwaitExit(TimeSpan.FromMilliseconds(PollMilliseconds)) is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Drain(child.Errors);
            if (IsTimeOver) return false;
        }

        return true;
    }

    private ProbeReport? IsMemoryExceeded()
    {
        // Without a baseline the whole process counts, which is at most some 30 MiB too strict; nothing of the model is loaded by then.
        if (_baselineBytes is not { } baseline || _memory.PeakResidentBytes - baseline <= _report.Limits.MemoryBytes) return null;
        return Ended(ProbeReason.MemoryExceeded,
            $"the model took more than {ProbeWords.Bytes(_report.Limits.MemoryBytes)} ({_report.Limits.MemoryFrom}) while {ProbeWords.Doing(_report.Stage)}; " +
            $"it was stopped at {ProbeWords.Bytes(_memory.PeakResidentBytes - baseline)}");
    }

    private ProbeReport TimedOut() => Ended(ProbeReason.TimedOut,
        $"not done after {_report.Limits.WallSeconds} s: {ProbeWords.Doing(_report.Stage)}");

    private ProbeReport Ended(ProbeReason reason, string detail) => _report with { Reason = reason, Detail = detail };

    private ProbeMemory? Seen() => _baselineBytes is { } baseline && _memory.PeakResidentBytes > 0
        ? new ProbeMemory(
            Math.Max(0, _memory.PeakResidentBytes - baseline), baseline, _memory.PeakResidentBytes,
            Math.Max(0, _memory.PeakAddressSpaceBytes - (_baselineAddressSpaceBytes ?? 0)))
        : null;

    private void Take(ProbeMessage message)
    {
        if (_hasVerdict) throw new FormatException("a line after the verdict");
        if (message.Stage < _report.Stage) throw new FormatException($"stage {message.Stage} after {_report.Stage}");
        _baselineBytes = message.BaselineBytes ?? _baselineBytes;
        _baselineAddressSpaceBytes = message.BaselineAddressSpaceBytes ?? _baselineAddressSpaceBytes;
        _report = _report with
        {
            Stage = message.Stage,
            Model = message.Model ?? _report.Model,
            Version = message.Version ?? _report.Version,
            Sha256 = message.Sha256 ?? _report.Sha256,
            Limits = message.Limits ?? _report.Limits,
            OnnxRuntime = message.OnnxRuntime ?? _report.OnnxRuntime,
            Provider = message.Provider ?? _report.Provider,
            LoadMilliseconds = message.LoadMilliseconds ?? _report.LoadMilliseconds,
            Latency = message.Latency ?? _report.Latency,
            Memory = message.Memory ?? _report.Memory,
            Golden = message.Golden ?? _report.Golden,
            Warnings = message.Warnings is null ? _report.Warnings : [.. _report.Warnings, .. message.Warnings],
            Reason = message.Reason ?? _report.Reason,
            Detail = message.Detail ?? _report.Detail,
        };
        _hasVerdict = message.Reason is not null;
    }

    /// <summary>Reads what is there of standard error, at most a buffer or two at a time: a flood slows the child down and nothing else.</summary>
    private void Drain(PipeStream errors)
    {
        for (var i = 0; i < 4 && FileDescriptorPoll.WaitReadable(errors.SafePipeHandle, 0); i++)
        {
            var count = errors.Read(_buffer);
            if (count == 0) return;
            _errors.Read(_buffer.AsSpan(0, count));
        }
    }
}
