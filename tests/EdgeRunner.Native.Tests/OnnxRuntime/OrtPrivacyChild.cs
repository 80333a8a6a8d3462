using EdgeRunner.Native.OnnxRuntime;
using EdgeRunner.Native.Tests.Linux;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

/// <summary>The process that <see cref="OrtPrivacyTests"/> watches: <c>dotnet EdgeRunner.Native.Tests.dll LIBRARY MODEL</c>.</summary>
internal static class OrtPrivacyChild
{
    internal static int Main(string[] args)
    {
        if (args is [RestrainedChild.Argument, var directory, var bystander])
        {
            return RestrainedChild.Run(directory, int.Parse(bystander, System.Globalization.CultureInfo.InvariantCulture));
        }
        if (args is not [var library, var model])
        {
            return 2;
        }
        using (var runtime = OrtRuntime.Load(new OrtRuntimeOptions { LibraryPath = library }))
        using (var session = OrtSession.LoadFile(runtime, model))
        using (var x = OrtTensor.Allocate(runtime, TensorElementType.Float32, 1, 64))
        using (var run = session.Prepare([new("x", x)], [.. session.Outputs.Select(output => new OrtBinding(output.Name, null))]))
        {
            for (var i = 0; i < 100; i++)
            {
                run.Run();
            }
            // Its telemetry client works in the background.
            Thread.Sleep(1500);
            foreach (var link in new DirectoryInfo("/proc/self/fd").GetFiles().Select(file => file.LinkTarget).Where(link => link is not null))
            {
                Console.WriteLine($"open {link}");
            }
        }
        Console.WriteLine("done");
        return 0;
    }
}
