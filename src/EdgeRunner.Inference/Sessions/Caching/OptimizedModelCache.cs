using EdgeRunner.Native.Linux;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions.Caching;

/// <summary>Keeps what ONNX Runtime makes of a model when it optimises it, so that the next start does not do it again. Thread-safe.</summary>
/// <remarks>
/// <para>A file is taken only if its trailer says it is whole and was made from this very model by this very library on this processor
/// (<see cref="CacheKey"/>, <see cref="CacheFile"/>). Anything else is removed, counted and made anew. Trouble with the
/// directory is never an error: models are loaded without the cache then.</para>
/// <para>Files are in ONNX Runtime's own format: Silero VAD loads in 5 ms from it where ONNX takes 22 ms, and takes 5 MB less memory afterwards
/// (docs/inference.md). A model that was just built is loaded from its file as well: the file is thereby tried, and the first start
/// runs what every later one does.</para>
/// <para>The file is read, not mapped: mapping saved nothing (the pages count as well), and a mapped file that somebody cuts off kills the process.</para>
/// </remarks>
public sealed class OptimizedModelCache
{
    /// <summary>Operators from which on a model is cached. Optimising costs about 30 µs for each: below this the gain (0.2 ms for digits with 9, 0.4 ms for
    /// the ECG autoencoder with 22) is what reading and checking another file costs.</summary>
    public const int MinOperators = 64;

    private readonly Lock _gate = new();
    private readonly CacheDirectory _directory;
    private readonly long _maxBytes;
    private readonly Action<string>? _problemSink;
    private readonly Lazy<string> _cpu = new(() => CpuIdentity.Read());
    private string? _directoryProblem, _writeProblem, _lastTold;
    private long _loaded, _built, _rejected, _evicted, _tooSmall;

    /// <summary>A cache; the directory is made when the first model asks.</summary>
    /// <param name="directory">Own directory, not shared with anything else.</param>
    /// <param name="maxBytes">Room for all files, in bytes; a larger model is not kept.</param>
    /// <param name="timeProvider">For the order of last use.</param>
    /// <param name="problemSink">Told once each time the cache becomes unusable, on the thread that loads; null for nobody.</param>
    public OptimizedModelCache(string directory, long maxBytes, TimeProvider timeProvider, Action<string>? problemSink = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        _directory = new CacheDirectory(Path.GetFullPath(directory), maxBytes, timeProvider);
        _maxBytes = maxBytes;
        _problemSink = problemSink;
    }

    /// <summary><see cref="MinOperators"/>, unless a test says otherwise.</summary>
    internal int Threshold { get; init; } = MinOperators;

    /// <summary>How it is now. Lists the directory: not for a hot path.</summary>
    public OptimizedModelCacheStatus Status
    {
        get
        {
            lock (_gate)
            {
                var (files, bytes) = (0, 0L);
                try
                {
                    (files, bytes) = _directory.Measure();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Not there yet, or not for us: the problem, if it is one, is already known.
                }
                return new OptimizedModelCacheStatus(_directory.Path, _directoryProblem ?? _writeProblem, files, bytes, _loaded, _built, _rejected, _evicted, _tooSmall);
            }
        }
    }

    /// <summary>Loads a model, from the cache where that can be.</summary>
    /// <param name="runtime">The library.</param>
    /// <param name="model">The verified ONNX file.</param>
    /// <param name="sourceDigest">SHA-256 of the file and its external data, from where they were verified.</param>
    /// <param name="operators">How many operators it has.</param>
    /// <param name="settings">How it would be loaded without a cache; without execution providers other than the CPU.</param>
    /// <exception cref="OrtException">ONNX Runtime refuses the model itself.</exception>
    internal OrtSession Load(OrtRuntime runtime, ReadOnlySpan<byte> model, string sourceDigest, int operators, OrtSessionSettings settings)
    {
        if (operators < Threshold || settings.GraphOptimization == OrtGraphOptimization.None)
        {
            Interlocked.Increment(ref _tooSmall);
            return OrtSession.Load(runtime, model, settings);
        }
        // A model larger than all the room would be written at each start for nothing.
        if (model.Length + CacheFile.TrailerBytes > _maxBytes || !IsReady(runtime))
        {
            return OrtSession.Load(runtime, model, settings);
        }
        var key = CacheKey.Of(runtime, _cpu.Value, sourceDigest, settings);
        if (TryLoad(runtime, key, settings) is { } cached)
        {
            return cached;
        }
        var problem = Build(runtime, model, key, settings);
        if (problem is null && TryLoad(runtime, key, settings) is { } built)
        {
            return built;
        }
        // A model that is refused here as well is no problem of the cache.
        var session = OrtSession.Load(runtime, model, settings);
        Tell(problem, ref _writeProblem);
        return session;
    }

    private bool IsReady(OrtRuntime runtime)
    {
        lock (_gate)
        {
            var problem = _directory.Prepare(CacheKey.MachineOf(runtime, _cpu.Value));
            Tell(problem, ref _directoryProblem);
            return problem is null;
        }
    }

    /// <returns>Null when there is no such file, or none that can be used: it is gone then.</returns>
    private OrtSession? TryLoad(OrtRuntime runtime, CacheKey key, OrtSessionSettings settings)
    {
        var file = _directory.FileOf(key);
        try
        {
            if (FileIdentity.Read(file) is not { } identity)
            {
                return null;
            }
            if (identity is { IsRegularFile: true, IsOurs: true, HardLinks: 1 })
            {
                using var bytes = NativeFileBytes.Read(file);
                var content = CacheFile.Verify(bytes.Span, key.Digest);
                if (!content.IsEmpty)
                {
                    // Everything was done when it was written. At another level ONNX Runtime would look for more to do, and find nothing.
                    var session = OrtSession.Load(runtime, content, settings with
                    {
                        GraphOptimization = OrtGraphOptimization.None,
                        ExternalInitializers = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal),
                        DimensionOverrides = new Dictionary<string, long>(StringComparer.Ordinal),
                    });
                    Interlocked.Increment(ref _loaded);
                    Touch(file);
                    return session;
                }
            }
        }
        // Whole, and still refused: by another ONNX Runtime with the same name, or one that cannot read what it wrote.
        catch (OrtException)
        {
            // Removed below.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tell($"{file} cannot be read: {e.Message}", ref _writeProblem);
            return null;
        }
        Interlocked.Increment(ref _rejected);
        Remove(file);
        return null;
    }

    /// <summary>Optimises the model and writes the result.</summary>
    /// <returns>Null when it was written, else why not.</returns>
    private string? Build(OrtRuntime runtime, ReadOnlySpan<byte> model, CacheKey key, OrtSessionSettings settings)
    {
        var temporary = _directory.NewTemporaryFile();
        string problem;
        try
        {
            OrtSession.Load(runtime, model, settings with { OptimizedModelPath = temporary, OptimizedModelAsOrtFormat = true }).Dispose();
            var length = CacheFile.Seal(temporary, key.Digest);
            if (length <= _maxBytes)
            {
                lock (_gate)
                {
                    _evicted += _directory.Commit(temporary, _directory.FileOf(key));
                    _built++;
                    _writeProblem = null;
                }
                return null;
            }
            problem = $"an optimised model has {length} bytes, the whole cache may have {_maxBytes}";
        }
        catch (OrtException e)
        {
            problem = $"ONNX Runtime cannot write an optimised model into {_directory.Path}: {Nameless(e.Detail)}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{_directory.Path} cannot be written: {Nameless(e.Message)}";
        }
        Remove(temporary);
        return problem;

        // With the file's random name each attempt would be news.
        string Nameless(string text) => text.Replace(Path.GetFileName(temporary), "*" + CacheDirectory.TemporaryExtension, StringComparison.Ordinal);
    }

    private void Touch(string file)
    {
        try
        {
            _directory.Touch(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was evicted meanwhile, or the disk became read-only. The model is loaded all the same.
        }
    }

    private void Remove(string file)
    {
        try
        {
            if (Directory.Exists(file) && !new DirectoryInfo(file).Attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                Directory.Delete(file, recursive: true);
            }
            else
            {
                File.Delete(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tell($"{file} cannot be removed: {e.Message}", ref _writeProblem);
        }
    }

    /// <summary>Keeps a problem for the status, and tells it when it is not the one told last: a full disk is the same news at every load.</summary>
    private void Tell(string? problem, ref string? kept)
    {
        lock (_gate)
        {
            kept = problem;
            if (problem is null || string.Equals(problem, _lastTold, StringComparison.Ordinal))
            {
                return;
            }
            _lastTold = problem;
        }
        _problemSink?.Invoke(problem);
    }
}
