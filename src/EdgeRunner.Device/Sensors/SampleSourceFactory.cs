namespace EdgeRunner.Device.Sensors;

/// <summary>Makes the source of a pipeline. Making it touches nothing; <see cref="ISampleSource.Open"/> does.</summary>
internal sealed class SampleSourceFactory(TimeProvider time, Random random, ILoggerFactory loggers)
{
    /// <summary>The source for validated options.</summary>
    public ISampleSource Create(SourceOptions options) => options switch
    {
        ReplaySourceOptions replay => new ReplaySource(replay, time),
        ExecSourceOptions exec => new ExecSource(exec, time, random, loggers.CreateLogger<ExecSource>()),
        _ => throw new ArgumentException($"no source for {options.GetType().Name}", nameof(options)),
    };
}
